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
