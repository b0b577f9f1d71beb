import Foundation

/// Memory for data that is looked at in no order: a page of 4 KiB for every few lines of it would cost more time than
/// the data does.
package enum LargePages {
    private static let size = 1 << 21

    /// What is not written to costs nothing. To be given back by `deallocate`.
    package static func allocate(byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let isLarge = byteCount >= size
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: isLarge ? size : 64)
        #if os(Linux)
            if isLarge { madvise(room.baseAddress, byteCount, Int32(MADV_HUGEPAGE)) }
        #endif
        return room
    }
}
