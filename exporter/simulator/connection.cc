#include "simulator/connection.h"

#include <sys/epoll.h>

#include <chrono>

namespace llm::sim {
namespace {

using namespace std::chrono_literals;

// A peer that does not answer our FIN is not waited for.
constexpr auto kCloseWait = 5s;
// What one connection may do in a row before the others have their turn.
constexpr int kStepsInARow = 64;
constexpr int kReadsInARow = 64;

std::int64_t realtime_ns() { return Nanos(wall_now().time_since_epoch()).count(); }

}  // namespace

Connection::Connection(Transport transport, MonoTime start, ConnectionContext* context)
    : transport_(std::move(transport)), context_(*context), due_(start) {}

std::uint32_t Connection::interest() const {
  if (state_ == State::asleep) return 0;
  return blocked_ ? EPOLLIN | EPOLLOUT : EPOLLIN;
}

bool Connection::on_ready(std::uint32_t epoll_events) {
  if (state_ == State::asleep) return (epoll_events & (EPOLLERR | EPOLLHUP)) == 0;
  if (state_ == State::handshake) handshake();
  if (state_ == State::handshake) return true;
  if ((epoll_events & EPOLLOUT) != 0) blocked_ = false;
  if ((epoll_events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) read_input();
  run();
  return state_ != State::over;
}

bool Connection::on_timer() {
  if (state_ == State::closing) return false;
  if (state_ == State::asleep) {
    due_.reset();
    state_ = State::handshake;
    return on_ready(EPOLLIN);
  }
  run();
  return state_ != State::over;
}

void Connection::handshake() {
  switch (transport_.handshake()) {
    case Io::ok:
      state_ = State::reading;
      break;
    case Io::blocked:
      break;
    case Io::closed:
      state_ = State::over;
  }
}

void Connection::read_input() {
  for (int i = 0; i < kReadsInARow && state_ != State::over; ++i) {
    std::size_t count = 0;
    const auto io =
        transport_.read(context_.read_buffer.data(), context_.read_buffer.size(), &count);
    if (io == Io::blocked) return;
    if (io == Io::closed) {
      state_ = State::over;
    } else if (state_ == State::reading || state_ == State::replying) {
      parser_.feed({context_.read_buffer.data(), count});
      // Requests that are sent ahead of their answers wait, but not without limit.
      if (parser_.buffered() > kMaxRequestHead + kMaxRequestBody) state_ = State::over;
    }
    // A short read has emptied a socket, but not what OpenSSL may hold behind its record.
    if (!transport_.encrypted() && count < context_.read_buffer.size()) return;
  }
}

void Connection::run() {
  for (;;) {
    if (state_ == State::reading && !start_reply()) return;
    if (state_ != State::replying || !play()) return;
  }
}

bool Connection::start_reply() {
  switch (parser_.advance()) {
    case RequestParser::State::incomplete:
      return false;
    case RequestParser::State::failed:
      reply_ = plain_reply(parser_.error_status(), "text/plain", "bad request\n");
      last_request_ = true;
      break;
    case RequestParser::State::complete:
      last_request_ = parser_.last();
      auto request = parser_.take();
      request.id = request_id_ = ++context_.last_request_id;
      request.requests_on_connection = ++requests_;
      context_.seen.add([&] { return SeenRequest{request.id, request.path, realtime_ns()}; });
      reply_ = context_.handler(request);
  }
  state_ = State::replying;
  step_ = written_ = 0;
  due_ = mono_now();
  if (!reply_.steps.empty()) *due_ += reply_.steps[0].delay;
  return true;
}

bool Connection::play() {
  for (int i = 0; i < kStepsInARow; ++i) {
    if (step_ == reply_.steps.size()) {
      finish_reply();
      return true;
    }
    if (blocked_ || *due_ > mono_now() || !write_step(reply_.steps[step_])) return false;
    next_step();
  }
  return false;  // due_ is past: the timer calls us after the others
}

bool Connection::write_step(const Step& step) {
  if (step.event >= 0 && written_ == 0) {
    context_.sent.add([&] { return SentEvent{request_id_, step.event, realtime_ns()}; });
  }
  while (written_ < step.bytes.size()) {
    std::size_t count = 0;
    const auto io = transport_.write(std::string_view(step.bytes).substr(written_), &count);
    if (io == Io::closed) state_ = State::over;
    blocked_ = io == Io::blocked;
    if (io != Io::ok) return false;
    written_ += count;
  }
  return true;
}

// Counts from when the step was due, not from when it went: a late step delays no other.
void Connection::next_step() {
  written_ = 0;
  if (++step_ == reply_.steps.size() && reply_.repeat_from) step_ = *reply_.repeat_from;
  if (step_ < reply_.steps.size()) *due_ += reply_.steps[step_].delay;
}

void Connection::finish_reply() {
  auto finish = reply_.finish;
  if (finish == Finish::keep_alive && last_request_) finish = Finish::close;
  reply_ = {};
  due_.reset();
  switch (finish) {
    case Finish::keep_alive:
      state_ = State::reading;
      break;
    case Finish::hang:
      state_ = State::hung;
      break;
    case Finish::close:
      transport_.finish();
      state_ = State::closing;
      due_ = mono_now() + kCloseWait;
      break;
    case Finish::reset:
      transport_.reset();
      state_ = State::over;
  }
}

}  // namespace llm::sim
