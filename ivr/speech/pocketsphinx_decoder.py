"""PocketSphinx's decoders, each with the searches that it has compiled: the only import of pocketsphinx."""

from collections import OrderedDict
from typing import Any, Final

import pocketsphinx

from ivr.speech.audio import Samples
from ivr.speech.levels import loud_parts
from ivr.speech.word_network import Network

_MEAN_SEARCH: Final = "mean"
_USUAL_MEAN: Final = (56.0, 20.0, -10.0, 15.0, -5.0, -6.0, 5.0, -8.0, 6.0, -3.0, -7.0, 3.0, -5.0)
"""The cepstral mean of even speech on telephone lines, rounded; of Spanish and English recordings of other speakers."""
_SILENCE_PROBABILITY: Final = 0.5
_WORD_INSERTION: Final = 0.01
"""Fewer words put in where there are none: 54 of 75 spoken digits and 51 of 60 phrases of human recordings right."""
_ON_THE_LINE: Final = {
    "six": ("IH K S", "TH IH K S", "F IH K S", "S IH K TH", "TH IH K TH", "S IH K"),
    "sixteen": ("IH K S T IY N", "TH IH K S T IY N", "TH IH K TH T IY N"),
    "sixty": ("IH K S T IY", "TH IH K S T IY", "TH IH K TH T IY"),
}
"""What is left of an s on a line that ends at 3,400 Hz. Of 300 recorded digits 246 are right at once without, 259 with;
272 and 290 after one question back. Of 30 sixes 19 were never found."""
_KEPT_SEARCHES: Final = 24


class Decoder:
    """One decoder (0.14 s to make, 29 MB) with the searches that it has compiled; used by one utterance at a time."""

    def __init__(self) -> None:
        self.engine = pocketsphinx.Decoder(
            hmm=pocketsphinx.get_model_path("en-us/en-us"),
            dict=pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"),
            lm=None,
            loglevel="FATAL",
            silprob=_SILENCE_PROBABILITY,
            wip=_WORD_INSERTION,
            # It searches a lattice that has forgotten the grammar ("with milk with"). Beams stay the package's own:
            # wider ones (1e-80) hear 24 instead of 21 of 31 long orders, but take 2 s to end a turn, at 5 dB 20 s.
            bestpath=False,
        )
        for word, ways in _ON_THE_LINE.items():
            for number, sounds in enumerate(ways, 2):
                self.engine.add_word(f"{word}({number})", sounds, update=False)
        self._searches: OrderedDict[str, None] = OrderedDict()
        self._add(_MEAN_SEARCH, [(0, 1, 1.0, "a")])

    def knows(self, word: str) -> bool:
        """Whether the dictionary has this word."""
        return self.engine.lookup_word(word) is not None

    def use(self, name: str, network: Network) -> None:
        """Make the network the present search; it is compiled at first use."""
        if name not in self._searches:
            while len(self._searches) >= _KEPT_SEARCHES:
                self.engine.remove_search(self._searches.popitem(last=False)[0])
            self._add(name, _transitions(network))
            self._searches[name] = None
        self._searches.move_to_end(name)
        self.engine.activate_search(name)

    def mean_of(self, wide: Samples, usual_samples: int) -> str:
        """The cepstral mean of the speech in this audio; the less of it there is, the nearer the usual one."""
        if not len(spoken := loud_parts(wide)):
            return ",".join(map(str, _USUAL_MEAN))
        self.engine.activate_search(_MEAN_SEARCH)
        self.engine.start_utt()
        self.engine.process_raw(spoken.tobytes(), full_utt=True)
        self.engine.end_utt()
        own = (float(number) for number in self.engine.get_cmn(False).split(","))
        share = len(spoken) / (len(spoken) + usual_samples)
        return ",".join(f"{share * x + (1 - share) * usual:.4f}" for x, usual in zip(own, _USUAL_MEAN, strict=True))

    def _add(self, name: str, transitions: list[tuple[Any, ...]]) -> None:
        last = max(to for _, to, *_ in transitions)
        self.engine.add_fsg(name, self.engine.create_fsg(name, 0, last, transitions))


def _transitions(network: Network) -> list[tuple[Any, ...]]:
    """The network as PocketSphinx takes it: one last state, reached without a word."""
    words = [(start, to, 1.0, word) for start, to, word in network.arcs]
    return [*words, *((final, network.states, 1.0) for final in sorted(network.finals))]
