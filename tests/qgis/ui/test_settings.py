"""RSQI's page in the options of QGIS."""

from setting_up import wait


def test_the_options_keep_the_python_and_the_sources_of_packages(environment, python):
    from rsqi.ui.settings import SettingsPage

    page = SettingsPage()
    page.python_box.setFilePath(python("good"))
    page.setup.sources.index_box.setEditText("https://mirror.example/simple")
    page.apply()
    assert (
        environment.state() is environment.State.OWN
        and environment.read_options().index_url == "https://mirror.example/simple"
    )
    page.python_box.setFilePath("")
    page.apply()
    assert environment.state() is environment.State.MISSING
    page.setup.stop()
    page.deleteLater()


def test_the_options_test_the_python_that_is_being_typed(environment, python):
    from rsqi.ui.settings import SettingsPage

    page = SettingsPage()
    page.python_box.setFilePath(python("good"))
    wait(page.setup._test.answered, page.test)
    assert "CPUExecutionProvider" in page.result_label.text() and page.test_button.isEnabled()
    page.setup.stop()
    page.deleteLater()
