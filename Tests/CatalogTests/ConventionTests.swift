import BillingTerms
import Catalog
import TestWorkspaces
import Testing

/// Conventions: those of the workspace, over them a plan's, and in each a profile before what is set beside it.
@Suite struct ConventionTests {
    private func plan(business: String = "", plan: String = "", profile: (name: String, text: String)? = nil) throws
        -> Conventions
    {
        let folder = try TemporaryWorkspace()
        let defaults = TestFiles.testsFolder(#filePath) + "/Scenarios/defaults"
        try folder.overlay(defaults)
        try folder.write(try TestFiles.text(defaults + "/billwright.yaml") + business, to: "billwright.yaml")
        let standard = try TestFiles.text(defaults + "/catalog/plans/standard.yaml")
        try folder.write(plan + standard, to: "catalog/plans/standard.yaml")
        if let profile { try folder.write(profile.text, to: "profiles/\(profile.name).yaml") }
        let workspace = try WorkspaceReader.read(root: folder.root)
        return try #require(workspace.plans["standard"]).versions[0].conventions
    }

    @Test func theDefaultsAreThoseOfTheValue() throws {
        #expect(try plan() == Conventions())
    }

    @Test func aPlanComesBeforeTheWorkspace() throws {
        let found = try plan(
            business: "conventions: {tier_bounds: exclusive, block_rounding: down}\n",
            plan: "conventions: {tier_bounds: inclusive, tiers_for: customer}\n")
        var expected = Conventions()
        expected.blockRounding = .down
        expected.tiersFor = .customer
        #expect(found == expected)
    }

    @Test(arguments: ["amberflo", "flexprice", "killbill", "lago", "meteroid", "openmeter", "orb", "stripe"])
    func everyProfileIsKnown(name: String) throws {
        _ = try plan(business: "conventions: {profile: \(name)}\n")
    }

    @Test func whatIsSetBesideAProfileComesBeforeIt() throws {
        #expect(try plan(business: "conventions: {profile: lago}\n").zeroUsage == .firstFlat)
        #expect(try plan(business: "conventions: {profile: lago, zero_usage: nothing}\n").zeroUsage == .nothing)
        #expect(
            try plan(business: "conventions: {profile: lago}\n", plan: "conventions: {profile: meteroid}\n").tierBounds
                == .exclusive)
    }

    @Test func theWorkspacesOwnProfilesComeBeforeThoseOfTheBinary() throws {
        let own = (name: "lago", text: "tier_bounds: exclusive\n")
        let found = try plan(business: "conventions: {profile: lago}\n", profile: own)
        #expect(found.tierBounds == .exclusive && found.zeroUsage == .nothing)
        let ours = (name: "ours", text: "flat_prices: once\n")
        #expect(try plan(plan: "conventions: {profile: ours}\n", profile: ours).flatPrices == .once)
    }
}
