#!/usr/bin/env bash
# Usage: unpack_from_sid.sh FOLDER PACKAGE…
# Unpacks packages of Debian sid under FOLDER, so that what is shipped is tested with the newest
# programs too. The machine's apt sources stay as they are: apt is given lists and a cache of its
# own, and the mirror that the machine is configured with.
set -eu
folder=$1
shift

mirror() {
  apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}
from=$(mirror)
if [ -z "$from" ]; then  # no lists yet
  $([ "$(id -u)" = 0 ] || echo sudo) apt-get update -q
  from=$(mirror)
fi
[ -n "$from" ] || { echo "$0: apt knows no mirror of Debian" >&2; exit 1; }

mkdir -p "$folder"
cd "$folder"
private=$(mktemp -d "$PWD/apt.XXXXXX")
trap 'rm -rf "$private"' EXIT
mkdir "$private/lists" "$private/cache"
echo "deb $from sid main" >"$private/sid.list"
export APT_CONFIG=$private/apt.conf
cat >"$APT_CONFIG" <<CONF
Dir::Etc::sourcelist "$private/sid.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$private/lists";
Dir::Cache "$private/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
apt-get update -q
(cd "$private" && apt-get download -q "$@")
for package in "$private"/*.deb; do dpkg -x "$package" .; done
