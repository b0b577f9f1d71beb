// swift-tools-version: 6.2
import PackageDescription

// The targets stand in the order of the data's journey; each may import only what it names here.
// `--explicit-target-dependency-import-check error`, set by every make target, enforces it.
// Warnings are errors where the project itself is checked, and stay warnings for those who build it with a newer compiler.
let isChecked = Context.environment["BILLWRIGHT_STRICT"] == "1"
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)] + (isChecked ? [.treatAllWarnings(as: .error)] : [])

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
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CXlsxWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        // Vector scans of CSV and JSON bytes, which Swift's SIMD types do at a third of the speed.
        .target(name: "CScan", cSettings: [.unsafeFlags(["-O3"])]),
        // Linux calls that Swift's Glibc module does not show, and the tuning of malloc.
        .target(name: "CSystemCalls"),
        // Takes the place of libxlsxwriter's temporary files and of its zip functions.
        .target(name: "CWorkbookArchive", dependencies: ["CDeflate"]),

        // Terms and bytes.
        .target(name: "BillingTerms", dependencies: [bigInt], swiftSettings: strict),
        .target(
            name: "FileFormats", dependencies: ["CDeflate", "CDigest", "CIsal", "CScan", "CZlib", "CZstd"],
            swiftSettings: strict),

        // The journey.
        .target(
            name: "Catalog", dependencies: ["BillingTerms", "FileFormats", orderedCollections, yams],
            // A link to `templates/profiles`: what other engines do where engines differ.
            resources: [.embedInCode("Profiles")],
            swiftSettings: strict),
        .target(name: "Importing", dependencies: ["BillingTerms", "FileFormats", "Catalog"], swiftSettings: strict),
        .target(name: "Metering", dependencies: ["BillingTerms", "Catalog", "Importing"], swiftSettings: strict),
        .target(name: "Rating", dependencies: ["BillingTerms", "Catalog", "Metering"], swiftSettings: strict),
        .target(
            name: "Invoicing", dependencies: ["BillingTerms", "Catalog", "Metering", "Rating"], swiftSettings: strict),
        .target(
            name: "Ledger", dependencies: ["BillingTerms", "Catalog", "Importing", "Rating", "Invoicing", grdb],
            swiftSettings: strict),
        .target(
            name: "Documents",
            dependencies: [
                "BillingTerms", "FileFormats", "Catalog", "Importing", "Metering", "Rating", "Invoicing",
                "CSystemCalls",
                "CWorkbookArchive",
                "CXlsxWriter",
                mustache,
            ],
            // The schemas are for editors.
            exclude: ["Templates/schemas"],
            // A link to the top-level `templates/`, whose files are compiled into the binary as its defaults.
            resources: [.embedInCode("Templates")],
            swiftSettings: strict),
        .executableTarget(
            name: "billwright",
            dependencies: [
                "BillingTerms", "FileFormats", "Catalog", "Importing", "Metering", "Rating", "Invoicing", "Ledger",
                "Documents", "CSystemCalls", argumentParser,
            ], swiftSettings: strict),

        // Tests, in the same order; TestWorkspaces is what several of them share.
        .target(name: "TestWorkspaces", path: "Tests/TestWorkspaces", swiftSettings: strict),
        .testTarget(
            name: "BillingTermsTests", dependencies: ["BillingTerms", "TestWorkspaces", bigInt], swiftSettings: strict),
        .testTarget(
            name: "FileFormatsTests", dependencies: ["FileFormats", "CScan", "CZlib"],
            exclude: ["Parquet/Fixtures", "Parquet/fixtures.py"], swiftSettings: strict),
        .testTarget(
            name: "CatalogTests", dependencies: ["BillingTerms", "Catalog", "TestWorkspaces"], swiftSettings: strict),
        .testTarget(
            name: "ImportingTests", dependencies: ["BillingTerms", "FileFormats", "Catalog", "Importing", "Metering"],
            exclude: ["ProviderTotals", "Parquet/Bills", "Parquet/bills.py"], swiftSettings: strict),
        .testTarget(
            name: "MeteringTests",
            dependencies: ["BillingTerms", "FileFormats", "Catalog", "Importing", "Metering", orderedCollections],
            swiftSettings: strict),
        .testTarget(
            name: "ScenarioTests",
            dependencies: ["BillingTerms", "Catalog", "Metering", "Rating", "Invoicing", "TestWorkspaces"],
            swiftSettings: strict),
        .testTarget(
            name: "InvoicingTests",
            dependencies: [
                "BillingTerms", "Catalog", "Metering", "Rating", "Invoicing", "TestWorkspaces", bigInt,
                orderedCollections,
            ], swiftSettings: strict),
        .testTarget(
            name: "LedgerTests",
            dependencies: ["Ledger", "BillingTerms", "Catalog", "Importing", "Rating", "Invoicing", grdb],
            swiftSettings: strict),
        .testTarget(
            name: "DocumentsTests",
            dependencies: ["BillingTerms", "Catalog", "Importing", "Metering", "Rating", "Invoicing", "Documents"],
            exclude: ["Goldens", "recalculate.py"], swiftSettings: strict),
        // The program itself, run as cron runs it.
        .testTarget(
            name: "BillwrightTests", dependencies: ["billwright", "TestWorkspaces"], exclude: ["Goldens"],
            swiftSettings: strict),
    ]
)
