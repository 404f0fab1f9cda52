# dk_library(), dk_program() and dk_test(): targets with the project's warnings and sanitizers, and nothing global.
add_library(dk_options INTERFACE)
target_compile_features(dk_options INTERFACE cxx_std_17)
target_compile_options(dk_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(dk_options INTERFACE -Wno-array-bounds -Wno-maybe-uninitialized) # GCC 12 errs on JSON objects
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(dk_options INTERFACE -Wno-pass-failed) # instrumented loops are not vectorised
endif()
# Where files are compiled together, the names of other files are none that a reader could mix up.
if(NOT CMAKE_UNITY_BUILD)
  target_compile_options(dk_options INTERFACE -Wshadow)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(dk_options INTERFACE -Wshadow=local)
endif()
if(DK_WERROR)
  target_compile_options(dk_options INTERFACE -Werror)
endif()
# Linked in a quarter of the time, where it is there (`scripts/install-deps --test` installs it).
find_program(DK_LLD ld.lld)
mark_as_advanced(DK_LLD)
if(DK_LLD)
  target_link_options(dk_options INTERFACE -fuse-ld=lld)
endif()
if(DK_NATIVE)
  target_compile_options(dk_options INTERFACE -march=native)
endif()
if(DK_SANITIZE)
  target_compile_options(dk_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                              -fno-omit-frame-pointer)
  target_compile_definitions(dk_options INTERFACE DK_SANITIZED) # compilers have different words for it
  target_link_options(dk_options INTERFACE -fsanitize=address,undefined)
endif()
if(DK_FUZZ)
  target_compile_options(dk_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(dk_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_include_directories(dk_options INTERFACE "${PROJECT_SOURCE_DIR}")

# Linked behind dk_options, whose -fsanitize they take back in part: in the sanitised build the compiler's time is what
# limits CI. Only `nn` is optimised there (DK_NUMBERS: its loops run long). Two checks of UBSan are left out of
# everything, since in templates they cost more time than all else: `null`, as ASan reports a null pointer that is used,
# and `vptr`. From the folder `actors` on (DK_ACTOR_CODE) so is `alignment`: numbers are read from bytes in the folders
# below. Tests are never optimised, only what they test; UBSan checks the product in their programs, too, and in the
# tests' own lines it would double the build's time.
add_library(dk_actor_options INTERFACE)
add_library(dk_number_options INTERFACE)
add_library(dk_test_options INTERFACE)
target_compile_options(dk_test_options INTERFACE -O0)
if(DK_SANITIZE)
  target_compile_options(dk_options INTERFACE -fno-sanitize=null,vptr)
  target_compile_options(dk_actor_options INTERFACE -fno-sanitize=alignment)
  target_compile_options(dk_number_options INTERFACE -O1)
  target_compile_options(dk_test_options INTERFACE -fno-sanitize=undefined)
endif()

# dk_options, and what is said above.
function(dk_use_options target)
  target_link_libraries(${target} PRIVATE dk_options)
  if(DK_ACTOR_CODE)
    target_link_libraries(${target} PRIVATE dk_actor_options)
  endif()
  if(DK_NUMBERS)
    target_link_libraries(${target} PRIVATE dk_number_options)
  endif()
endfunction()

# dk_library(name SOURCES a.cpp ... DEPENDS dk::lower ...): a folder of the ladder, known as dk::name.
function(dk_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(dk_${name} STATIC ${arg_SOURCES})
  add_library(dk::${name} ALIAS dk_${name})
  target_include_directories(dk_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_features(dk_${name} PUBLIC cxx_std_17)
  target_link_libraries(dk_${name} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  dk_use_options(dk_${name})
endfunction()

# dk_program(name SOURCES main.cpp ... DEPENDS dk::x ...)
function(dk_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS})
  dk_use_options(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endfunction()

# dk_test(name SOURCES x_test.cpp ... DEPENDS dk::x ... [LABEL unit|cluster|slow] [TIMEOUT seconds]
#         [SERIAL])
# One program of Catch2 cases, each a CTest case of its own. SERIAL: nothing else runs beside them.
function(dk_test name)
  cmake_parse_arguments(arg "SERIAL" "LABEL;TIMEOUT" "SOURCES;DEPENDS" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} dk_test_main dk_options dk_test_options)
  catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT}
                       RUN_SERIAL ${arg_SERIAL} ${dk_test_environment})
endfunction()
