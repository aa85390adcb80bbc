"""What is read from pip's output."""

import pytest


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk"),
        ("WARNING: Retrying after connection broken by 'ConnectTimeoutError'", "index"),
        ("connection broken by 'ProxyError('Cannot connect to proxy.')'", "proxy"),
        ("connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate"),
        ("ERROR: HTTP error 403 while getting https://host/x.whl", "refused"),
        ("ERROR: Could not install: [WinError 5] Access is denied: 'numpy.pyd'", "locked"),
        ("WARNING: The repository located at h is not a trusted or secure host and is being ignored.", "insecure"),
        ("ERROR: something new", "other"),
    ],
)
def test_the_reason_is_found_in_what_pip_says(application, line, code):
    from rsqi.ui.setup.pip_output import reason

    assert reason(["Collecting numpy", line, "exit 1"])[0] == code


def test_progress_never_goes_back(application):
    from rsqi.ui.setup.pip_output import Progress

    progress, shares = Progress(expected=3), []
    for line in (
        "Collecting affine>=2.4",
        "  Downloading affine-2.4.0-py3-none-any.whl (15 kB)",
        "Processing /wheels/numpy-2.0-cp311.whl",
        "Collecting onnxruntime>=1.17",
        "  Downloading onnxruntime-1.31.1-cp311.whl (18.0 MB)",
    ):
        progress.read(line)
        shares.append(progress.share())
    shares.append(progress.share(fetched=9_000_000))
    progress.read("Installing collected packages: affine, numpy, onnxruntime")
    shares += [progress.share(), progress.share(unpacked=2), progress.share(unpacked=3)]
    assert shares == sorted(shares) and shares[-1] == 1.0 and shares[-4] > shares[-5]
