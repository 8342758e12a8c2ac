#pragma once

#include <pipects/adapter/Constructors.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pipects::adapter {

/// Calls one reading or writing member over and over; the bytes follow the pattern from its byte 0.
template <typename Traits>
class Transfer {
  public:
    Transfer(const Request& request, std::shared_ptr<Object> stream, Objects& named)
        : stream_(std::move(stream)),
          named_(named),
          member_(request.RequiredText("member")),
          seed_(Seed(request.params)),
          buffer_(std::make_shared<Array>()),
          bufferObject_(Wrap<Traits>(buffer_)) {
        const Json overload = request.params.value("overload", Json::array());
        hasRange_ =
            !OneByte() && std::find(overload.begin(), overload.end(), Json("count")) != overload.end();
        total_ = Number(request, "total");
        chunk_ = OneByte() ? 1 : Number(request, "chunk").value_or(0);
        if (chunk_ < 1 || chunk_ > std::numeric_limits<std::int32_t>::max()) {
            throw Fault(FaultCode::WrongParameters, "'chunk' must be a number from 1 on");
        }
    }

    Value Run() {
        if (member_.find("Write") != std::string::npos) {
            Write();
        } else {
            Read();
        }
        return {
            {{"count", count_}, {"calls", calls_}, {"firstDifference", firstDifference_}, {"ended", ended_}},
            nullptr};
    }

  private:
    static std::optional<std::uint64_t> Number(const Request& request, const char* name) {
        const auto found = request.params.find(name);
        if (found == request.params.end() || found->is_null()) {
            return std::nullopt;
        }
        return Unsigned(request.params, name);
    }

    [[nodiscard]] bool OneByte() const { return member_ == "ReadByte" || member_ == "WriteByte"; }

    [[nodiscard]] std::uint64_t NextChunk() const {
        return total_.has_value() ? std::min(chunk_, *total_ - count_) : chunk_;
    }

    void Write() {
        if (!total_.has_value()) {
            throw Fault(FaultCode::WrongParameters, "a writing member needs a 'total'");
        }
        while (count_ < *total_) {
            buffer_->resize(static_cast<std::size_t>(NextChunk()));
            FillWithPattern(*buffer_, seed_, count_);
            CallOnce();
            count_ += buffer_->size();
        }
    }

    void Read() {
        while (!ended_ && count_ != total_) {
            buffer_->resize(static_cast<std::size_t>(NextChunk()));
            const std::int64_t got = Received(CallOnce());
            if (got <= 0) {
                ended_ = true;
            } else {
                Check(static_cast<std::size_t>(got));
            }
        }
    }

    /// How many bytes one call brought; it wrote them into the buffer, or gave the only one.
    std::int64_t Received(const Value& result) {
        if (member_ == "ReadByte") {
            const auto byte = result.json.get<std::int32_t>();
            buffer_->front() = static_cast<std::uint8_t>(byte);
            return byte < 0 ? 0 : 1;
        }
        // ReadExactly returns nothing: all has come, or it threw.
        return result.json.is_null() ? static_cast<std::int64_t>(buffer_->size())
                                     : result.json.get<std::int64_t>();
    }

    void Check(std::size_t got) {
        const std::span<const std::uint8_t> bytes(buffer_->data(), std::min(got, buffer_->size()));
        const std::int64_t difference = FirstDifference(bytes, seed_, count_);
        if (difference >= 0 && firstDifference_ < 0) {
            firstDifference_ = static_cast<std::int64_t>(count_) + difference;
        }
        count_ += got;
    }

    Value CallOnce() {
        Arguments arguments(named_);
        arguments.SetSelf(stream_);
        if (member_ == "WriteByte") {
            arguments.Bind("value", {buffer_->front(), nullptr});
        } else if (member_ != "ReadByte") {
            arguments.Bind("buffer", {nullptr, bufferObject_});
        }
        if (hasRange_) {
            arguments.Bind("offset", {0, nullptr});
            arguments.Bind("count", {buffer_->size(), nullptr});
        }
        const bool begins = member_.starts_with("Begin");
        if (begins) {
            arguments.Bind("callback", {});
            arguments.Bind("state", {});
        }
        ++calls_;
        Value result = stream_->Call(member_, arguments);
        return begins ? End(result) : result.object != nullptr ? WaitFor(result) : result;
    }

    Value End(const Value& asyncResult) {
        Arguments arguments(named_);
        arguments.SetSelf(stream_);
        arguments.Bind("asyncResult", asyncResult);
        return stream_->Call("End" + member_.substr(std::string("Begin").size()), arguments);
    }

    Value WaitFor(const Value& task) {
        Arguments none(named_);
        none.SetSelf(task.object);
        return task.object->Call("Wait", none);
    }

    std::shared_ptr<Object> stream_;
    Objects& named_;
    std::string member_;
    std::uint32_t seed_;
    std::shared_ptr<Array> buffer_;
    std::shared_ptr<Object> bufferObject_;
    bool hasRange_ = false;
    std::optional<std::uint64_t> total_;
    std::uint64_t chunk_ = 0;

    std::uint64_t count_ = 0;
    std::uint64_t calls_ = 0;
    std::int64_t firstDifference_ = -1;
    bool ended_ = false;
};

}  // namespace pipects::adapter
