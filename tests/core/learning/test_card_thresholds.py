import numpy as np
from labelled_predictions import card, predictions

from rsqi_core.learning.card_thresholds import adjusted
from rsqi_core.learning.predictions import Predictions
from rsqi_core.taxonomy import CODES


def test_thresholds_are_set_where_there_are_blocks_enough():
    low = np.where(np.arange(20) < 10, -0.5, -4.0)
    changed, codes = adjusted(card(), predictions(low), 0.05)
    assert codes == ("cloud",) and changed.thresholds["cloud"] < 0.5
    assert {code for code in CODES if changed.thresholds[code] != 0.5} == {"cloud"}
    few = Predictions(predictions(low).logits[8:], predictions(low).truth[8:], np.zeros((12, 7, 7)))
    assert adjusted(card(), few, 0.05) == (card(), ())
