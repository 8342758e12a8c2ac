#include "ReferenceTraits.hpp"

#include <pipects/adapter/Adapter.hpp>

int main(int argc, char** argv) {
    return pipects::adapter::Main<pipects::reference::ReferenceTraits>(argc, argv);
}
