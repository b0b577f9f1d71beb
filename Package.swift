// swift-tools-version: 6.2
import PackageDescription

// The targets stand in the order of the data's journey; each may import only what it names here.
// `--explicit-target-dependency-import-check error`, set by every make target, enforces it.
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "billwright",
    products: [.executable(name: "billwright", targets: ["billwright"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Debian's C libraries.
        .systemLibrary(name: "CDigest", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CXlsxWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Vector scans of CSV and JSON bytes, which Swift's SIMD types do at a third of the speed.
        .target(name: "CScan", cSettings: [.unsafeFlags(["-O3"])]),
        // mallopt, which Swift cannot see: libxlsxwriter spends a third less time with it.
        .target(name: "CMallocTuning"),

        // Terms and bytes.
        .target(name: "BillingTerms", dependencies: [bigInt], swiftSettings: strict),
        .target(name: "FileFormats", dependencies: ["CDigest", "CScan", "CZlib"], swiftSettings: strict),

        // The journey.
        .target(name: "Catalog", dependencies: ["BillingTerms", orderedCollections, yams], swiftSettings: strict),
        .target(name: "Importing", dependencies: ["BillingTerms", "FileFormats", "Catalog"], swiftSettings: strict),
        .target(name: "Metering", dependencies: ["BillingTerms", "Catalog", "Importing"], swiftSettings: strict),
        .target(name: "Rating", dependencies: ["BillingTerms", "Catalog", "Metering"], swiftSettings: strict),
        .target(name: "Invoicing", dependencies: ["BillingTerms", "Catalog", "Rating"], swiftSettings: strict),
        .target(name: "Ledger", dependencies: ["BillingTerms", "Invoicing", grdb], swiftSettings: strict),
        .target(
            name: "Documents",
            dependencies: [
                "BillingTerms", "Catalog", "Rating", "Invoicing", "CDigest", "CMallocTuning", "CXlsxWriter", "CZlib",
                mustache,
            ],
            // A link to the top-level `templates/`, whose files are compiled into the binary as its defaults.
            resources: [.embedInCode("Templates")],
            swiftSettings: strict),
        .executableTarget(
            name: "billwright",
            dependencies: [
                "BillingTerms", "FileFormats", "Catalog", "Importing", "Metering", "Rating", "Invoicing", "Ledger",
                "Documents", argumentParser,
            ], swiftSettings: strict),

        .testTarget(name: "BillingTermsTests", dependencies: ["BillingTerms"], swiftSettings: strict),
        .testTarget(
            name: "DocumentsTests", dependencies: ["BillingTerms", "Catalog", "Rating", "Invoicing", "Documents"],
            exclude: ["Goldens", "recalculate.py"], swiftSettings: strict),
        .testTarget(name: "FileFormatsTests", dependencies: ["FileFormats"], swiftSettings: strict),
    ]
)
