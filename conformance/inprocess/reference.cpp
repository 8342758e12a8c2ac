#include "adapters/reference/ReferenceTraits.hpp"

#include <pipects/inprocess/Main.hpp>

int main(int argc, char** argv) {
    using pipects::reference::ReferenceTraits;
    return pipects::inprocess::Main<ReferenceTraits>(argc, argv, {.tests = PIPECTS_TESTS});
}
