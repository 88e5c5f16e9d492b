"""Words that people use to ask for a title rather than to describe it.

Written down from how questions are put, not learned from any set. A catalogue's own frequencies
don't show them: "movie" or "remember" are rare in synopses and would outweigh what is asked for.
"""

from ummid.search.words import stems

_GRAMMAR = """
a an and are as at be but by for if in into is it no not of on or such that the their then there
these they this to was will with i me my we our us you your he him his she her hers them theirs
its who whom which what when where why how those am been being do does did doing have has had
having so than too more most some other only own same each few both all up down out off over under
again further once here about against between through during before after above below from because
until while isn't doesn't didn't don't wasn't aren't weren't haven't hasn't couldn't wouldn't
shouldn't can't won't i'm i've i'd i'll you're he's she's it's we're they're that's there's what's
any would could can might may should just very
"""
_CHATTER = """
movie movies film films remember remembered remembering recall forget forgot forgotten watch
watched watching saw seen see thanks thank help please anyone anybody know knows knew think
thought believe guess maybe probably possibly perhaps pretty sure certain like kind sort something
someone somebody somewhere scene scenes plot title name called main character characters find
looking look searching identify figure really actually also basically guy thing things lot ago
year years appreciate appreciated idea vague vaguely memory memories clip trailer hi hello hey guys
everyone trying bit little part parts one ones youtube dvd vhs tv channel cable aired tell
tip tongue nbsp amp
"""

GRAMMAR = frozenset(stem for stem in stems(_GRAMMAR))
CHATTER = frozenset(stem for stem in stems(_CHATTER))
