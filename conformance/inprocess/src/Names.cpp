#include <pipects/inprocess/Names.hpp>
#include <pipects/inprocess/Words.hpp>

#include <algorithm>

namespace pipects::inprocess {

namespace {

/// `buffer: {text: …}` is bytes; any other mapping is not.
bool DescribesBytes(const Json& value) {
    const auto items = value.items();
    return value.is_object() && std::all_of(items.begin(), items.end(), [](const auto& it) {
               return it.key() == "text" || it.key() == "hex" || it.key() == "length" ||
                      it.key() == "pattern";
           });
}

std::string Stripped(const std::string& text) {
    constexpr const char* around = " +\t";
    const auto first = text.find_first_not_of(around);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(around) - first + 1);
}

}  // namespace

const Named& Names::operator[](const std::string& name) const {
    const auto found = named_.find(name);
    if (found == named_.end()) {
        throw Malformed("nothing is called '" + name + "' here");
    }
    return found->second;
}

void Names::AddPipes(const std::string& name, const system::Pipes& pipes) {
    if (const auto found = named_.find(name); found != named_.end() && found->second.isObject) {
        found->second.pipes.insert(pipes.begin(), pipes.end());
    }
}

Json Names::ValueOfText(const std::string& text) const {
    if (const auto start = text.find("${"); start != std::string::npos) {
        const auto end = text.find('}', start);
        const std::string name = text.substr(start + 2, end - start - 2);
        const std::string rest = end == std::string::npos ? "" : text.substr(end + 1);
        return text.substr(0, start) + Plain(ValueOfText("$" + name)) +
               Plain(rest.find("${") == std::string::npos ? Json(rest) : ValueOfText(rest));
    }
    if (text.starts_with("$")) {
        const Named& named = (*this)[text.substr(1)];
        return named.isObject ? Json{{"object", text.substr(1)}} : named.value;
    }
    return text;
}

Json Names::Value(const std::string& parameter, const Json& value) const {
    if (value.is_string()) {
        const Json found = ValueOfText(value.get<std::string>());
        if (parameter == "preexistingHandle" && found.is_string()) {
            return std::stoll(found.get<std::string>());
        }
        return found;
    }
    if (!value.is_object()) {
        return value;
    }
    if (parameter == "buffer" && DescribesBytes(value)) {
        return {{"bytes", value}};
    }
    Json result = Json::object();
    for (const auto& [key, inner] : value.items()) {
        result[key] = Value("", inner);
    }
    return result;
}

Json Names::Resolved(const Json& value) const {
    if (value.is_string()) {
        return ValueOfText(value.get<std::string>());
    }
    Json result = value;
    if (value.is_structured()) {
        for (Json& inner : result) {
            inner = Resolved(inner);
        }
    }
    return result;
}

system::Pipes Names::PipesOf(const Step& step) const {
    system::Pipes pipes;
    const auto add = [&](const std::string& name) {
        if (Has(name)) {
            pipes.insert((*this)[name].pipes.begin(), (*this)[name].pipes.end());
        }
    };
    add(step.target.substr(0, step.target.find('.')));
    for (const auto& [name, value] : step.Arguments().items()) {
        if (value.is_string() && value.get<std::string>().starts_with("$")) {
            add(value.get<std::string>().substr(1));
        }
        if (name == "pipeHandleAsString" || name == "preexistingHandle") {
            const int descriptor = AsDescriptor(Value(name, value));
            if (const auto pipe = descriptor < 0 ? std::nullopt : system::PipeOf(descriptor)) {
                pipes.insert(*pipe);
            }
        }
    }
    return pipes;
}

int AsDescriptor(const Json& value) {
    constexpr std::size_t longest = 9;
    const std::string text = value.is_string() || value.is_number_integer() ? Stripped(Plain(value)) : "";
    const bool number = !text.empty() && text.size() <= longest &&
                        std::all_of(text.begin(), text.end(), [](char it) { return it >= '0' && it <= '9'; });
    return number ? std::stoi(text) : -1;
}

}  // namespace pipects::inprocess
