// SPDX-License-Identifier: Apache-2.0
//
// Nothing of its own: CMake wants a source to precompile the tests' headers for (UsherRooms.cmake).
