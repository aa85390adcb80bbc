"""What a program gets of QGIS's settings."""


def test_the_proxy_of_qgis_is_handed_on(application):
    from qgis.core import QgsNetworkAccessManager
    from qgis.PyQt.QtNetwork import QNetworkProxy
    from rsqi.ui.setup.command import proxy_variables

    manager = QgsNetworkAccessManager.instance()
    before = manager.fallbackProxy()
    proxy = QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "proxy.example", 3128, "me", "p@ss")
    manager.setFallbackProxyAndExcludes(proxy, ["http://intranet.example"], [])
    try:
        variables = proxy_variables()
    finally:
        manager.setFallbackProxyAndExcludes(before, [], [])
    assert variables["HTTPS_PROXY"] == "http://me:p%40ss@proxy.example:3128"
    assert variables["NO_PROXY"] == "intranet.example"
