"""Which model inspections take."""


def test_a_model_that_is_gone_is_not_chosen(trainer, tmp_path):
    from rsqi.bridge.model_choice import choose_model, chosen_model, known_models, models_folder

    folder = models_folder() / "ours"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{}")
    choose_model(str(folder))
    assert chosen_model() == str(folder) and [m.name for m in known_models()] == ["default", "ours"]
    (folder / "card.json").unlink()
    assert chosen_model() == "default"


def test_a_folder_of_checkpoints_without_a_card_is_still_chosen_after_a_restart(trainer, tmp_path):
    from rsqi.bridge.model_choice import chosen_model, is_pair
    from rsqi.ui.inspect.model_box import ModelBox

    pair, words = tmp_path / "pair", tmp_path / "words"
    for folder in (pair / "classifier", pair / "segmenter", words):
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
    for folder in (words, pair):
        box = ModelBox()
        box._select(str(folder))
        box.box.activated.emit(box.box.currentIndex())
        assert ModelBox().model() == chosen_model() == str(folder)
    assert is_pair(str(pair)) and not is_pair(str(words)) and not is_pair("default")
