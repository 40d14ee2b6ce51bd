"""What people type out of habit: what other languages, papers and keyboards have in place of what is read here.

None of these patterns is ever part of a text that can be read. They are looked for where one cannot be, and say more
than that a sign stands in the wrong place.
"""

import re

from .definition import PARTS
from .trees import FUNCTIONS
from .words import SAME, EquationError, Fault

NAME = r"[A-Za-z_]\w*"
WORDS = 'words are in double quotes: write tau = 10 ms "time constant"'
RANGE = "a range is written in 0 .. 1"
CALLED = rf"(?!(?:{'|'.join(FUNCTIONS)})\b)"
# A pattern within a line, at whose place, or that of its group "here", the fault is; and what to write, where {0} is
# what its first group has.
HABITS = [
    # of Brian2 and Python
    (
        r"\((unless refractory|constant|shared|linked|event-driven|summed|scalar|autapse)[^)]*\)",
        "({0}) is a flag of Brian2: leave it out, and write refractory: 2 ms in a line of its own, "
        "or give all of it to snnlab.neuron_from_brian2",
    ),
    (
        r"^\s*(?:\w+\s*=\s*f?'|''').*|^\s*(?:import|from|def|class|print)\b",
        "give the equations alone, without Python around them",
    ),
    (r"\b(?:np|numpy|math|torch|sympy|tf)\.", "functions have no module before them: write exp(...)"),
    # numbers and operations
    (r"(?<=\d),(?=\d)", "a decimal number has a point: write 0.5 for 0,5"),
    (r"\d\s*[x*]\s*10\s*(?:\^|\*\*)|(?<![\d.])10\s*(?:\^|\*\*)\s*-?\d", "a power of ten is written 1e3"),
    (r"\be\s*(?:\^|\*\*)", "e is no number here: write exp(...)"),
    (r"√", "write sqrt(...)"),
    (r"∞|∂|∫|∑", "this has no counterpart: write equations in dv/dt"),
    (r"\|", "write abs(x) for |x|, and or between two conditions"),
    (r"%", "write 0.5 for 50 %; words behind a line begin with #"),
    # LaTeX
    (r"\\[dt]?frac", "this is LaTeX: write (a)/(b) for a fraction"),
    (r"\\([A-Za-z]+)", "this is LaTeX: write {0} without the \\"),
    (rf"{NAME}[_^]?\{{", "names have no braces: write E_L"),
    # statements
    (r"^\s*\w+\s*==", "== compares: a value follows one ="),
    (r":\s*=|<-|->", "a value follows one =: write v = V_r"),
    (rf"^\s*({NAME})\s*[\[(][^\])]*[\])]\s*=\s*[-+.\d]", "a unit stands behind the value: write {0} = 10 ms"),
    (rf"^\s*(?!(?:{'|'.join(PARTS)})\b)({NAME})\s*:\s*[-+.]?\d", "a value follows =: write {0} = 10 ms"),
    (r"^\s*(let|const|var|float|double|param|parameter|set)\s+[A-Za-z]", "leave {0} out: write tau = 10 ms"),
    (
        r"^\s*(?:thresh(?:old)?s?|spikes|fires?)\s*:.*|^\s*(?:fires?|spikes?)?\s*(?:if|when)\b.*",
        "a spike has a line of its own: write spike: v > V_th, and what follows in another one, reset: v = V_r",
    ),
    (r"^\s*(?:init|initial|start|begin)\w*\s*:.*", "where a run begins has a line of its own: write rest: v = E_L"),
    (r";(?=\s*$)", "a line needs no ; at its end: leave it out"),
    (r";", "each statement has a line of its own: begin a new one here"),
    # derivatives and time
    (
        r"\bd\s*\(\s*\w+\s*\)\s*/\s*dt|\bd/dt\b.*|\bdiff\s*\(.*|\u0307",
        "a derivative is written dv/dt = ... or v' = ...",
    ),
    (
        r"^.*(?<![/\w])(?<!/ )dt\b.*|^.*\[\s*[tnk]\s*(?:[-+]\s*\w+\s*)?\].*",
        "a step of time is not written out: write the equation, dv/dt = ...",
    ),
    (rf"\b{CALLED}({NAME})(?P<here>\s*\(\s*t\s*\))", "all variables change in time: write {0} for {0}(t)"),
    # ranges, lists, cases and words
    (r"\{", "a case is written where(condition, this, that), and brackets are round"),
    (r"\bin\s*[\[(].*", RANGE),
    (r"\bin\s+[-+.\deE]+?\s*(?P<here>to|-|,|:|;|\.\.\.)", RANGE),
    (r"=\s*\[.*", "a parameter has one value, and its range behind it: write tau = 10 ms in 5 .. 20"),
    (r"//|(?<=\s)--(?=\s*[A-Za-z])", "words behind a line begin with #"),
    (r"'(?=[A-Za-z][^']*'\s*$)", WORDS),
    (rf"^\s*{NAME}\s*=\s*[-+.\d][\d.eE+-]*\s*[A-Za-zµΩ][\w/*²]*\s+(?P<here>(?!in\b|and\b|or\b)[A-Za-z].*)", WORDS),
]
FOUND = [(re.compile(pattern), words) for pattern, words in HABITS]
SILENT = re.compile(r'#.*|"[^"]*"')  # words, in which anything may stand


def pointed(fault: Fault, text: str) -> EquationError:
    """The error of what cannot be read in a text; where a habit is seen at its place, with the remedy for that."""
    start = text.rfind("\n", 0, fault.at) + 1
    line = SILENT.sub(lambda match: " " * len(match[0]), text[start:].partition("\n")[0][:400].translate(SAME))
    for pattern, words in FOUND:
        for match in pattern.finditer(line):
            first, end = match.span("here" if "here" in pattern.groupindex else 0)
            if first <= fault.at - start < end:
                return EquationError(words.format(*match.groups()), text, fault.at)
    return EquationError(fault.message, text, fault.at)
