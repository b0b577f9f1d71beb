import CDigest

/// SHA-256 of bytes that arrive in pieces, by libcrypto, which uses the processor's instructions for it.
///
/// Not thread-safe: one owner at a time.
package final class SHA256Hasher {
    private let context: OpaquePointer

    /// Set by the first refused call, so that `update` need not throw and no wrong digest can come out.
    private var failed = false

    package init() throws(FileFormatError) {
        guard let context = EVP_MD_CTX_new() else { throw Self.unavailable }
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw Self.unavailable
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        if EVP_DigestUpdate(context, start, bytes.count) != 1 { failed = true }
    }

    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of everything so far; afterwards the hasher is empty again and can take another message.
    package func finish() throws(FileFormatError) -> SHA256Digest {
        var output = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        var length: UInt32 = 0
        guard !failed, EVP_DigestFinal_ex(context, &output, &length) == 1,
            let digest = SHA256Digest(bytes: output.prefix(Int(length))),
            EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { throw Self.unavailable }
        return digest
    }

    private static var unavailable: FileFormatError {
        FileFormatError(.cannotRead, "libcrypto refused to compute a SHA-256")
    }
}
