"""RSQI, a QGIS plugin that inspects remote-sensing images for quality errors."""


def classFactory(iface):
    """Return the plugin; `iface` is None when ``qgis_process`` loads it."""
    from .plugin import RsqiPlugin

    return RsqiPlugin(iface)
