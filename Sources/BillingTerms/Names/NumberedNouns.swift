/// "1 event", "2 events": a number with its noun, for sentences. The plural is the noun with an s, where none is given.
package func numbered(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) " + (count == 1 ? noun : plural ?? noun + "s")
}
