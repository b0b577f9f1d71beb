import Catalog
import TestWorkspaces
import Testing

/// What patterns match, and which rules take the decision from others.
@Suite struct AssignmentRuleTests {
    @Test(arguments: [
        ("web", "web", true), ("web", "Web", false), ("web", "web1", false), ("", "", true), ("", "a", false),
        ("*", "", true), ("*", "anything", true), ("web*", "web", true), ("web*", "website", true),
        ("web*", "the web", false), ("*web", "the web", true), ("*web", "web site", false), ("w*b", "wb", true),
        ("w*b", "web web", true), ("w*b", "web site", false), ("a*b*c", "a-b-b-c", true), ("a*b*c", "acb", false),
        ("a*a", "a", false), ("**", "x", true), ("*aa*aa*", "aaa", false), ("*aa*aa*", "aaaa", true),
        ("[a]?", "[a]?", true), ("[a]?", "ab", false), ("*é*", "café", true), ("*é*", "cafe\u{301}", false),
    ])
    func patterns(_ pattern: TextPattern, _ text: String, _ matches: Bool) {
        #expect(pattern.matches(text) == matches)
    }

    /// Short texts of few letters, so that all of them can be tried.
    private static let texts: [String] = {
        var texts = [""]
        for length in 0..<5 { texts += texts.filter { $0.count == length }.flatMap { [$0 + "a", $0 + "b"] } }
        return texts
    }()

    /// Against a matcher that tries every way.
    @Test(arguments: SeededRandom.seeds(40)) func patternsAgainstEveryWay(seed: UInt64) {
        func matches(_ pattern: Substring, _ text: Substring) -> Bool {
            guard let first = pattern.first else { return text.isEmpty }
            if first == "*" {
                return matches(pattern.dropFirst(), text) || !text.isEmpty && matches(pattern, text.dropFirst())
            }
            return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
        }
        var random = SeededRandom(seed)
        let pattern = Self.pattern(&random)
        for text in Self.texts {
            #expect(pattern.matches(text) == matches(pattern.text[...], text[...]), "\(pattern) \(text) seed \(seed)")
        }
    }

    /// What one pattern covers it matches, whatever the other one stands for.
    @Test(arguments: SeededRandom.seeds(200)) func whatIsCoveredIsMatched(seed: UInt64) {
        var random = SeededRandom(seed)
        let (wide, narrow) = (Self.pattern(&random), Self.pattern(&random))
        guard wide.covers(narrow) else { return }
        for text in Self.texts where narrow.matches(text) {
            #expect(wide.matches(text), "\(wide) \(narrow) seed \(seed)")
        }
    }

    private static func pattern(_ random: inout SeededRandom) -> TextPattern {
        TextPattern((0..<random.below(5)).map { _ in random.element(of: ["a", "b", "*"]) }.joined())
    }

    @Test func oneMatchCoversAnother() {
        let all = ChargeMatch()
        let aws = ChargeMatch(providers: ["aws"])
        let awsData = ChargeMatch(providers: ["aws"], tags: ["team": ["data"]])
        #expect(all.covers(aws) && all.covers(awsData) && aws.covers(awsData) && aws.covers(aws))
        #expect(!aws.covers(all) && !awsData.covers(aws))
        #expect(!ChargeMatch(providers: ["azure"]).covers(aws))
        #expect(ChargeMatch(providers: ["azure", "aws"]).covers(aws))
        #expect(!aws.covers(ChargeMatch(providers: ["azure", "aws"])))
        let anyTeam = ChargeMatch(tags: ["team": []])
        #expect(anyTeam.covers(awsData) && ChargeMatch(tags: ["te*": ["d*"]]).covers(awsData))
        #expect(!ChargeMatch(tags: ["team": ["d"]]).covers(awsData) && !ChargeMatch(tags: ["env": []]).covers(awsData))
        #expect(!ChargeMatch(tags: ["team": ["*"], "env": []]).covers(awsData))
        #expect(ChargeMatch(categories: [.usage, .tax]).covers(ChargeMatch(categories: [.tax])))
        #expect(!ChargeMatch(categories: [.usage]).covers(ChargeMatch(categories: [.usage, .tax])))
        #expect(!ChargeMatch(categories: [.usage]).covers(all))
        #expect(ChargeMatch(services: ["Amazon*"]).covers(ChargeMatch(services: ["Amazon S3", "AmazonEC2"])))
        #expect(!ChargeMatch(services: ["Amazon S3"]).covers(ChargeMatch(services: ["Amazon*"])))
    }

    @Test func contradictions() {
        #expect(ChargeMatch(resourceGroups: ["web"]).contradiction == nil)
        #expect(ChargeMatch(providers: ["aws", "azure"], resourceGroups: ["web"]).contradiction == nil)
        #expect(
            ChargeMatch(providers: ["aws"], resourceGroups: ["web"]).contradiction
                == "only Azure has resource groups, and it asks for aws")
    }
}
