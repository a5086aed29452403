// Secrets from real variables, files and programs.
#include "config/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "unit/config/config_test.h"

namespace llm {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

const char* environment(const char* name) {
  const std::string_view variable = name;
  if (variable == "KEY") return "value of KEY";
  if (variable == "EMPTY") return "";
  if (variable == "LINES") return "hunter2\nhunter2";
  return nullptr;
}

class Secrets : public testing::Test {
 protected:
  Secrets() {
    std::string name = (fs::path(testing::TempDir()) / "secrets.XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Secrets() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  // The configuration with one provider `p` whose key comes from `source`, which stands at 4:12.
  static Config config(const std::string& source) {
    return must_parse("providers:\n- name: p\n  type: vllm\n  api_key: " + source +
                      "\n  probes: [{models: [m]}]\n");
  }
  static Result<CredentialsByProvider, ConfigErrors> read(const std::string& source) {
    return read_secrets(config(source), &environment);
  }

  fs::path folder_;
};

TEST_F(Secrets, AreRead) {
  const std::pair<std::string, std::string> cases[] = {
      {"{env: KEY}", "value of KEY"},
      {"{file: " + write("plain", "abc") + "}", "abc"},
      {"{file: " + write("newline", "abc\n") + "}", "abc"},
      {"{file: " + write("windows", "abc\r\n") + "}", "abc"},
      {"{file: " + write("big", std::string(kMaxSecretBytes, 'x')) + "}",
       std::string(kMaxSecretBytes, 'x')},
      {"{command: [echo, abc]}", "abc"},
      {"{command: [printf, \"%s\", \"a $HOME `b`\"]}", "a $HOME `b`"},
      {"{command: [sh, -c, \"cat; echo from stdin\"]}", "from stdin"},
      {"{command: [sh, -c, \"echo noise >&2; echo abc\"]}", "abc"},
      // A program that leaves a child behind which keeps the pipe open.
      {"{command: [sh, -c, \"sleep 60 & echo abc\"]}", "abc"},
  };
  for (const auto& [source, value] : cases) {
    const auto secrets = read(source);
    ASSERT_TRUE(secrets.ok()) << source << ": " << all_lines(secrets.error());
    EXPECT_EQ(secrets->at("p").api_key.reveal(), value) << source;
  }
}

TEST_F(Secrets, ErrorsNameEverythingButTheValue) {
  const std::pair<std::string, std::string> cases[] = {
      {"{env: NONE}", "(env NONE): variable NONE is not set; export it, or use file or command"},
      {"{env: EMPTY}", "(env EMPTY): the value is empty"},
      {"{env: LINES}", "(env LINES): the value has a line break or another control character"},
      {"{file: /nowhere/key}", "(file /nowhere/key): cannot read /nowhere/key: No such file"},
      {"{file: " + folder_.string() + "}", "is a directory, not a file"},
      {"{file: /dev/zero}", "is not a regular file"},
      {"{file: " + write("empty", "\n") + "}", "the value is empty"},
      {"{file: " + write("two", "hunter2\nhunter2\n") + "}", "has a line break"},
      {"{file: " + write("nul", std::string("hunter2\0", 8)) + "}", "control character"},
      {"{file: " + write("huge", std::string(kMaxSecretBytes + 1, 'x')) + "}",
       "larger than 64 KiB"},
      {"{command: [/nowhere/vault]}",
       "(command /nowhere/vault): command /nowhere/vault cannot be started: No such file"},
      {"{command: [sh, -c, \"echo hunter2; echo hunter2 >&2; exit 3\"]}",
       "(command sh): command sh failed with exit code 3; run it by hand"},
      {"{command: [sh, -c, \"kill -9 $$\"]}", "ended by signal 9"},
      {"{command: [cat, /dev/zero]}", "larger than 64 KiB"},
      {"{command: [\"true\"]}", "the value is empty"},
  };
  for (const auto& [source, message] : cases) {
    const auto secrets = read(source);
    ASSERT_FALSE(secrets.ok()) << source;
    const auto lines = all_lines(secrets.error());
    EXPECT_THAT(lines, testing::StartsWith("test.yml:4:12: provider p: api_key ("));
    EXPECT_THAT(lines, HasSubstr(message));
    EXPECT_THAT(lines, Not(HasSubstr("hunter2")));
  }
}

TEST_F(Secrets, AllErrorsAtOnce) {
  const auto secrets = read_secrets(
      must_parse("providers:\n"
                 "- name: p\n"
                 "  type: vllm\n"
                 "  api_key: {env: NONE}\n"
                 "  headers: {x-token: {env: NEITHER}, x-plain: text, x-key: {env: KEY}}\n"
                 "  probes: [{models: [m]}]\n"
                 "- name: q\n"
                 "  type: vllm\n"
                 "  api_key: {file: /nowhere}\n"
                 "  probes: [{models: [m]}]\n"),
      &environment);
  ASSERT_FALSE(secrets.ok());
  ASSERT_EQ(secrets.error().size(), 3u) << all_lines(secrets.error());
  EXPECT_THAT(to_string(secrets.error()[0]), HasSubstr(":4:12: provider p: api_key (env NONE)"));
  EXPECT_THAT(to_string(secrets.error()[1]),
              HasSubstr(":5:22: provider p: headers: x-token (env NEITHER)"));
  EXPECT_THAT(to_string(secrets.error()[2]), HasSubstr(":9:12: provider q: api_key (file"));
}

// Who echoes the key of "Bearer KEY" leaves the scheme away.
TEST_F(Secrets, AKeyBehindAnAuthSchemeIsASecretOfItsOwn) {
  Credentials credentials;
  credentials.headers["authorization"] = Secret("Bearer tenant-key-1");
  std::vector<std::string> all;
  for (const auto& secret : credentials.all()) all.push_back(secret.reveal());
  EXPECT_THAT(all, testing::ElementsAre("Bearer tenant-key-1", "tenant-key-1"));
}

TEST_F(Secrets, HeadersThatHaveASource) {
  const auto secrets = read_secrets(
      must_parse("providers: [{name: p, type: vllm, headers: {X-Token: {env: KEY}, x-plain: text}, "
                 "probes: [{models: [m]}]}]"),
      &environment);
  ASSERT_TRUE(secrets.ok());
  const auto& credentials = secrets->at("p");
  EXPECT_TRUE(credentials.api_key.empty());
  ASSERT_EQ(credentials.headers.size(), 1u);
  EXPECT_EQ(credentials.headers.at("X-Token").reveal(), "value of KEY");
  EXPECT_EQ(credentials.all().size(), 1u);
}

TEST_F(Secrets, FilesAreSeenToChange) {
  const auto path = write("key", "one");
  SecretFiles files(config("{file: " + path + "}"));
  EXPECT_FALSE(files.changed());
  write("key", "three");
  EXPECT_TRUE(files.changed());
  EXPECT_FALSE(files.changed()) << "a change is reported once";
  fs::remove(path);
  EXPECT_TRUE(files.changed());
  write("key", "three");
  EXPECT_TRUE(files.changed());
}

constexpr std::string_view kBedrock =
    "providers:\n- name: p\n  type: bedrock\n  region: us-east-1\n  aws: {AWS}\n  probes: [{kind: "
    "models}]\n";
Config bedrock(const std::string& aws) {
  std::string yaml(kBedrock);
  return must_parse(yaml.replace(yaml.find("AWS"), 3, aws));
}

constexpr std::string_view kAwsJson =
    R"({"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"secret-key","SessionToken":"a-token",)"
    "\n"
    R"("Expiration":"2026-11-21T10:00:00Z"})";

TEST_F(Secrets, AwsKeysFromTheirParts) {
  const auto secrets =
      read_secrets(bedrock("access_key_id: {env: KEY}, secret_access_key: {command: [echo, abc]}, "
                           "session_token: {file: " +
                           write("token", "xyz\n") + "}"),
                   &environment);
  ASSERT_TRUE(secrets.ok()) << all_lines(secrets.error());
  const auto& aws = secrets->at("p").aws;
  EXPECT_EQ(aws.access_key_id.reveal(), "value of KEY");
  EXPECT_EQ(aws.secret_access_key.reveal(), "abc");
  EXPECT_EQ(aws.session_token.reveal(), "xyz");
  EXPECT_EQ(secrets->at("p").all().size(), 3u);
  EXPECT_EQ(next_renewal(*secrets, WallTime{}), std::nullopt);
}

TEST_F(Secrets, AwsKeysFromOneDocument) {
  const auto path = write("aws.json", std::string(kAwsJson));
  const auto secrets = read_secrets(bedrock("credentials: {file: " + path + "}"), &environment);
  ASSERT_TRUE(secrets.ok()) << all_lines(secrets.error());
  const auto& credentials = secrets->at("p");
  EXPECT_EQ(credentials.aws.session_token.reveal(), "a-token");
  EXPECT_EQ(credentials.all().size(), 3u);
  const auto end = WallTime{std::chrono::seconds{1'795'255'200}};
  EXPECT_EQ(credentials.aws_expires, end);
  using std::chrono::hours, std::chrono::minutes;
  EXPECT_EQ(next_renewal(*secrets, end - hours{1}), end - minutes{5});
  EXPECT_EQ(next_renewal(*secrets, end + hours{1}), end + hours{1} + minutes{1});

  write("aws.json", "{}");
  const auto wrong = read_secrets(bedrock("credentials: {file: " + path + "}"), &environment);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(all_lines(wrong.error()),
            "test.yml:5:22: provider p: aws: credentials (file " + path + "): Version is not 1\n");
}

// A service account's key is a document of many lines; only its private key is hidden in texts.
TEST_F(Secrets, ServiceAccount) {
  const std::string line(64, 'A'), last(40, 'B');
  const auto path = write("account.json",
                          "{\n  \"type\": \"service_account\",\n  \"private_key\": "
                          "\"-----BEGIN PRIVATE KEY-----\\n" +
                              line + "\\n" + last +
                              "\\n-----END PRIVATE KEY-----\\n\",\n  \"client_email\": "
                              "\"a@b.example\"\n}\n");
  const auto config = must_parse(
      "providers: [{name: p, type: vertex, region: global, project: q, service_account: {file: " +
      path + "}, probes: [{kind: models}]}]");
  const auto secrets = read_secrets(config, &environment);
  ASSERT_TRUE(secrets.ok()) << all_lines(secrets.error());
  EXPECT_THAT(secrets->at("p").service_account.reveal(), HasSubstr("a@b.example"));
  EXPECT_EQ(secrets->at("p").all(), (std::vector<Secret>{Secret(line), Secret(last)}));

  SecretFiles files(config);
  for (const std::string text : {"hunter2\nhunter2", "[\"hunter2\"]", "\"hunter2\""}) {
    write("account.json", text);
    EXPECT_TRUE(files.changed());
    const auto wrong = read_secrets(config, &environment);
    ASSERT_FALSE(wrong.ok());
    EXPECT_THAT(all_lines(wrong.error()), HasSubstr("provider p: service_account (file"));
    EXPECT_THAT(all_lines(wrong.error()), HasSubstr("not a JSON object; it must be the key file"));
    EXPECT_THAT(all_lines(wrong.error()), Not(HasSubstr("hunter2")));
  }
}

TEST_F(Secrets, AdminKey) {
  const auto config = must_parse(
      "providers: [{name: p, type: openai, api_key: {env: KEY}, account: {admin_key: {file: " +
      write("admin", "admin") + "}}, probes: [{kind: models}]}]");
  const auto secrets = read_secrets(config, &environment);
  ASSERT_TRUE(secrets.ok()) << all_lines(secrets.error());
  EXPECT_EQ(secrets->at("p").admin_key.reveal(), "admin");
  EXPECT_EQ(secrets->at("p").all().size(), 2u);
  SecretFiles files(config);
  write("admin", "other admin");
  EXPECT_TRUE(files.changed());
}

// Each run of the command leaves a line, so that the file tells how often it ran.
TEST_F(Secrets, RereadingRunsNoCommandAgain) {
  const auto runs = (folder_ / "runs").string();
  const auto path = write("key", "one");
  const auto config = must_parse(
      "providers:\n"
      "- {name: a, type: vllm, api_key: {command: [sh, -c, \"echo x >> " +
      runs + "; cat " + runs +
      " | wc -l\"]}, probes: [{models: [m]}]}\n"
      "- {name: b, type: vllm, api_key: {file: " +
      path + "}, headers: {x-token: {env: KEY}}, probes: [{models: [m]}]}\n");
  const auto first = read_secrets(config, &environment);
  ASSERT_TRUE(first.ok()) << all_lines(first.error());
  write("key", "two");
  const auto second = reread_secrets(config, *first, &environment, WallTime{});
  ASSERT_TRUE(second.ok()) << all_lines(second.error());
  EXPECT_EQ(second->at("a").api_key, first->at("a").api_key);
  EXPECT_EQ(second->at("b").api_key.reveal(), "two");
  EXPECT_EQ(second->at("b").headers, first->at("b").headers);
  EXPECT_EQ(fs::file_size(runs), 2u) << "one line of two bytes";
}

TEST_F(Secrets, CredentialsThatEndAreReadAgain) {
  const auto path = write("aws.json", std::string(kAwsJson));
  const auto config = bedrock("credentials: {command: [cat, " + path + "]}");
  const auto first = read_secrets(config, &environment);
  ASSERT_TRUE(first.ok()) << all_lines(first.error());
  const auto end = *first->at("p").aws_expires;
  write("aws.json", R"({"Version":1,"AccessKeyId":"NEXT","SecretAccessKey":"next"})");
  const auto early =
      reread_secrets(config, *first, &environment, end - kRenewBefore - std::chrono::seconds{1});
  ASSERT_TRUE(early.ok());
  EXPECT_EQ(*early, *first);
  const auto due = reread_secrets(config, *first, &environment, end - kRenewBefore);
  ASSERT_TRUE(due.ok()) << all_lines(due.error());
  EXPECT_EQ(due->at("p").aws.access_key_id.reveal(), "NEXT");
  EXPECT_TRUE(due->at("p").aws.session_token.empty()) << "nothing of the old ones is left";
  EXPECT_EQ(due->at("p").aws_expires, std::nullopt);
}

// Kubernetes: key -> ..data/key, ..data -> a folder with a date, swapped by rename.
TEST_F(Secrets, SwappedLinkIsAChange) {
  fs::create_directory(folder_ / "v1");
  fs::create_directory(folder_ / "v2");
  write("v1/key", "one");
  write("v2/key", "two");
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(folder_ / "v1/key", now);
  fs::last_write_time(folder_ / "v2/key", now);
  fs::create_symlink("v1", folder_ / "..data");
  fs::create_symlink("..data/key", folder_ / "key");

  const auto parsed = config("{file: " + (folder_ / "key").string() + "}");
  SecretFiles files(parsed);
  EXPECT_FALSE(files.changed());
  fs::create_symlink("v2", folder_ / "..next");
  fs::rename(folder_ / "..next", folder_ / "..data");
  EXPECT_TRUE(files.changed());
  EXPECT_EQ(read_secrets(parsed, &environment)->at("p").api_key.reveal(), "two");
}

// What needs no program is still read: only commands are slow.
TEST(InterruptedSecrets, EveryCommandFailsAtOnce) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  const auto secrets = read_secrets(
      must_parse("providers:\n"
                 "- {name: a, type: vllm, api_key: {command: [sleep, \"600\"]}, "
                 "probes: [{models: [m]}]}\n"
                 "- {name: b, type: vllm, api_key: {env: KEY}, probes: [{models: [m]}]}\n"
                 "- {name: c, type: vllm, api_key: {command: [echo, k]}, "
                 "probes: [{models: [m]}]}\n"),
      &environment, ends[0]);
  ::close(ends[0]);
  ::close(ends[1]);
  ASSERT_FALSE(secrets.ok());
  ASSERT_EQ(secrets.error().size(), 2u) << all_lines(secrets.error());
  EXPECT_THAT(secrets.error()[0].message, HasSubstr("command sleep was interrupted by a signal"));
  EXPECT_THAT(secrets.error()[1].message, HasSubstr("command echo was interrupted by a signal"));
}

}  // namespace
}  // namespace llm
