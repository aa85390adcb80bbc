"""What the driver is asked, with a driver of Python."""

import pytest

from rsqi_core.models.nvidia import Gpu, NoGpu, find


class Driver:
    """Answers as ``libcuda`` does, and knows in which context it is."""

    def __init__(self, fails=None, code=0):
        self.retained, self.stack, self.fails, self.code = 0, [], fails, code

    def __getattr__(self, name):
        if not name.startswith("cu") or self.fails == (name, "absent"):
            raise AttributeError(name)
        return lambda *arguments: self.code if self.fails == name else getattr(self, "_" + name)(*arguments)

    def _cuInit(self, flags):
        return flags.value

    def _cuDeviceGet(self, device, ordinal):
        device._obj.value = 40 + ordinal.value
        return 0

    def _cuDeviceGetName(self, name, length, device):
        name.value = b"NVIDIA RTX A2000"[: length.value]
        return device.value != 40

    def _cuDeviceGetAttribute(self, value, attribute, device):
        value._obj.value = {75: 8, 76: 6}[attribute.value]
        return device.value != 40

    def _cuDriverGetVersion(self, version):
        version._obj.value = 12040
        return 0

    def _cuDevicePrimaryCtxRetain(self, context, device):
        self.retained += 1
        context._obj.value = 2**46 + device.value
        return 0

    def _cuCtxPushCurrent_v2(self, context):
        self.stack.append(context.value)
        return 0

    def _cuMemGetInfo_v2(self, free, total):
        free._obj.value, total._obj.value = 5 << 30, 6 << 30
        return self.stack != [2**46 + 40]

    def _cuCtxPopCurrent_v2(self, context):
        context._obj.value = self.stack.pop()
        return 0

    def _cuDevicePrimaryCtxRelease_v2(self, device):
        self.retained -= 1
        return 0


def test_the_first_gpu_is_described_and_the_context_left():
    driver = Driver()
    assert find(lambda _: driver) == Gpu("NVIDIA RTX A2000", 6 << 30, 5 << 30, (12, 4), (8, 6))
    assert driver.stack == [] and driver.retained == 0


@pytest.mark.parametrize(
    ("fails", "code", "message"),
    [
        ("cuInit", 100, "finds no GPU"),
        ("cuInit", 803, "cuInit with error 803"),
        ("cuMemGetInfo_v2", 2, "cuMemGetInfo_v2 with error 2"),
        (("cuDevicePrimaryCtxRetain", "absent"), 0, "too old: it has no cuDevicePrimaryCtxRetain"),
    ],
)
def test_a_driver_without_a_gpu_gives_the_reason(fails, code, message):
    driver = Driver(fails, code)
    with pytest.raises(NoGpu, match=message):
        find(lambda _: driver)
    assert driver.stack == [] and driver.retained == 0


def test_a_missing_driver_is_named():
    def load(name):
        raise OSError(f"{name}: cannot open shared object file")

    with pytest.raises(NoGpu, match=r"no NVIDIA driver \((libcuda.so.1|nvcuda.dll) is not there\)"):
        find(load)
