"""The one place that knows the row keys and encodings of everything that is stored.

| rows | column | holds |
|---|---|---|
| `r#<record>` | `s:state` | one partner statement: newest content and delete, last restated |
| `r#<record>` | `s:dead` | that it did not count any more when last resolved |
| `k#<link>` | `m:<record>`, `c:<record>` | who carries a link key, who names it as parent |
| `m#<title>` | `s:members` | the records of a title with more than one |
| `z#<scope>` | `s:covered` | which deliveries have covered a scope |
| `o#<scope>#<record>` | `s:offers` | the records of a scope, with how many offers each makes |
| `b#<block>` | `m:<record>` | the records that a block has brought together |
| `w#<block>` | `s:crowded` | a block with too many to compare |
| `e#<record>` | `p:<record>` | a compared pair, with its score and evidence |
| `j#<record>` | `d:<record>` | what a person ruled about a pair |
| `i#<content>` | `s:value` | what an enricher answered about a content |
| `l#<text>` | `s:vector` | the vector of a text |
| `L#<index>#…` | `s:held`, `s:due` | what a vector index in the cloud holds or is still owed |
| `n#<name>` | `s:value` | a counter, a clock, a lease |
| `t#<title>` | `v:body`, `v:alias` | the title as served, or the title that answers for it |
| `t#<title>` | `v:generated` | which answer of an enricher is shown with it |
| `x#<scheme>#<value>` | `v:<title>` | external id → title |
| `a#<title>` | `h:grants` | availability of a title, every version kept |
| `v#<territory>#<platform>#<bucket>#<title>` | `v:licences` | what a platform has in a territory |
| `E#<record>` | `h:<grant>` | the hyperedge of a grant, every version kept |
| `M#<role>#<member>#<record>` | `v:edge` | whose edges have a member |
| `c#<serial>` | `v:change` | the change feed |
| `g#<run>` | `v:report` | the run ledger |
| `d#<file>.<letter>` | `s:letter` | what could not be taken, with its place |
| `f#<file>` | `s:value` | where a file with letters is found again |
| `s#<run>#…` | `s:staged` | statements of a run that has not ended |
| `q#<partition>#<run>#…` | `s:ids` | records to resolve, still |
| `y#…`, `p#…` | `s:ids` | blocks entered, pairs to compare, still |
| `u#…`, `h#…` | `s:ids` | titles to publish, titles to enrich, still |

`t`, `x`, `a`, `v`, `E` and `M` are the materialised views: their newest values are a function of
what was delivered, whatever the order. The others are state and logs.
"""
