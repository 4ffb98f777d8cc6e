# What `cmake --install` copies, so that another project can say find_package(Wafer): tools, libraries, and the headers
# of the dialects and of include/wafer in a folder of their own.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(WAFER_INSTALL_HEADERS ${CMAKE_INSTALL_INCLUDEDIR}/wafer-mlir)
set(WAFER_INSTALL_CMAKE ${CMAKE_INSTALL_LIBDIR}/cmake/Wafer)

get_property(libraries GLOBAL PROPERTY WAFER_LIBRARIES)
get_property(tools GLOBAL PROPERTY WAFER_TOOLS)
install(TARGETS ${libraries} EXPORT WaferTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${WAFER_INSTALL_HEADERS})
# LLVM's shared libraries are in a folder that the loader does not search.
set_target_properties(${tools} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS ${tools}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

install(DIRECTORY ${CMAKE_SOURCE_DIR}/dialects ${CMAKE_BINARY_DIR}/dialects
  DESTINATION ${WAFER_INSTALL_HEADERS}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc" PATTERN "CMakeFiles" EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/wafer ${CMAKE_BINARY_DIR}/include/wafer
  DESTINATION ${WAFER_INSTALL_HEADERS}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc" PATTERN "CMakeFiles" EXCLUDE)

install(EXPORT WaferTargets DESTINATION ${WAFER_INSTALL_CMAKE})
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/WaferConfig.cmake.in
  ${CMAKE_BINARY_DIR}/WaferConfig.cmake INSTALL_DESTINATION ${WAFER_INSTALL_CMAKE})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/WaferConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/WaferConfig.cmake ${CMAKE_BINARY_DIR}/WaferConfigVersion.cmake
  DESTINATION ${WAFER_INSTALL_CMAKE})
