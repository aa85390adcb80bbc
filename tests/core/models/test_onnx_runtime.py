"""Which provider runs an ONNX folder, with builds of onnxruntime for devices that are not at hand."""

from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest

from rsqi_core.errors import ModelError
from rsqi_core.models import load, nvidia, onnx_runtime
from rsqi_core.models.onnx_runtime import COREML, CPU, CUDA, DIRECTML

GPU = nvidia.Gpu("NVIDIA RTX A2000", 6 << 30, 5 << 30, (13, 0), (8, 6))
NO_MEMORY = "bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 939524096"


class Build:
    """An onnxruntime that offers `providers`, and really has those that are not in `broken`."""

    def __init__(self, *providers, broken=(), idle=(), raises=None, room=99, says=""):
        self.available, self.broken, self.idle, self.room, self.says = list(providers), broken, idle, room, says
        self.raises, self.opened, self.preloaded = raises, [], 0

    def get_available_providers(self):
        return self.available

    def set_default_logger_severity(self, level):
        self.severity = level

    def SessionOptions(self):
        return onnxruntime.SessionOptions()

    def preload_dlls(self):
        self.preloaded += 1
        print(self.says)

    def InferenceSession(self, file, options, providers, enable_fallback):
        (provider, settings), *rest = providers
        if provider != CPU and self.raises:
            raise RuntimeError(self.raises)
        used = [name for name in (provider, *rest) if name not in self.broken]
        session = Session(self, file, used)
        self.opened.append(SimpleNamespace(provider=provider, options=options, settings=settings, session=session))
        return session


class Session:
    """A session of `Build`: the real one on the processor, which counts blocks and fails like a GPU that is full."""

    def __init__(self, build, file, providers):
        self.build, self.providers, self.counts = build, providers, []
        self.real = onnxruntime.InferenceSession(file, providers=[CPU])

    def get_providers(self):
        return self.providers

    def get_inputs(self):
        return self.real.get_inputs()

    def get_provider_graph_assignment_info(self):
        return [SimpleNamespace(ep_name=name) for name in self.providers if name not in self.build.idle]

    def run(self, outputs, feed):
        batch = next(iter(feed.values()))
        self.counts.append(len(batch))
        if self.providers[0] != CPU and len(batch) > self.build.room:
            raise RuntimeError(NO_MEMORY)
        return self.real.run(outputs, feed)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 32, 64, 3), np.uint8)


@pytest.fixture
def install(monkeypatch):
    def put(build, gpu=GPU):
        def find():
            if gpu is None:
                raise nvidia.NoGpu("the NVIDIA driver finds no GPU")
            return gpu

        monkeypatch.setattr(onnx_runtime, "get_runtime", lambda: build)
        monkeypatch.setattr(nvidia, "find", find)
        return build

    return put


@pytest.mark.parametrize(
    ("available", "device", "chosen"),
    [
        ([CUDA, CPU], "auto", CUDA),
        (["TensorrtExecutionProvider", CUDA, CPU], "cuda", CUDA),
        ([CUDA, CPU], "cpu", CPU),
        ([DIRECTML, CPU], "auto", DIRECTML),
        ([CUDA, DIRECTML, CPU], "directml", DIRECTML),
        ([COREML, "AzureExecutionProvider", CPU], "auto", COREML),
        (["AzureExecutionProvider", CPU], "auto", CPU),
    ],
)
def test_the_best_provider_that_is_there_runs(install, images, available, device, chosen):
    build = install(Build(*available))
    model, plain = load(device=device), load(device="cpu").classify(images)
    assert np.allclose(model.classify(images), plain, atol=1e-4)
    assert model.provider == chosen and model.warnings == () and build.opened[-1].provider == chosen
    assert build.severity == 4 and build.preloaded == (chosen == CUDA)  # nobody else needs CUDA's libraries


def test_a_gpu_of_nvidia_gets_batches_that_fit_its_memory(install, images):
    build = install(Build(CUDA, CPU))
    model = load()
    assert model.batch == 12
    model.classify(images)
    (opened,) = build.opened
    assert opened.session.counts == [5]
    assert opened.settings["gpu_mem_limit"] == str(2 << 30) and opened.settings["cudnn_conv_algo_search"] == "HEURISTIC"
    install(Build(CUDA, CPU), nvidia.Gpu("GeForce MX150", 2 << 30, 1 << 29, (13, 0), (6, 1)))
    assert load().batch == 1


@pytest.mark.parametrize("provider", [DIRECTML, COREML])
def test_what_compiles_for_one_shape_gets_single_blocks_of_that_shape(install, images, provider):
    build = install(Build(provider, CPU))
    model = load()
    assert model.batch == 1 and np.isfinite(model.segment(images)).all()
    (opened, segmenter) = build.opened
    assert segmenter.session.counts == [1] * 5
    assert not opened.options.enable_mem_pattern
    real = onnxruntime.InferenceSession(
        str(model.folder / onnx_runtime.SEGMENTER), segmenter.options, providers=[CPU]
    )  # the exported files have the axes that are fixed by name
    assert all(isinstance(side, int) for each in real.get_inputs() for side in each.shape)
    assert real.get_outputs()[0].shape == [1, 7, 512, 512]


def test_when_the_gpu_is_full_fewer_blocks_then_the_processor(install, images):
    expected = load(device="cpu").segment(images)
    build = install(Build(CUDA, CPU))
    model = load()
    described = model.describe(images)
    build.room = 2
    assert np.allclose(model.segment(images, described), expected, atol=1e-3)
    assert build.opened[-1].session.counts == [5, 2, 2, 1]
    ((code, message),) = model.warnings
    assert code == "batch" and message == (
        "segmenter: CUDAExecutionProvider has no memory for 12 blocks at a time; RSQI goes on with 2"
    )
    build.room = 0
    assert np.allclose(model.segment(images, described), expected, atol=1e-3)
    assert model.warnings[1] == (
        "device",
        "segmenter: CUDAExecutionProvider failed: out of memory with a single block; "
        "RSQI goes on with CPUExecutionProvider",
    )
    build.room = 99
    model.classify(images)
    assert model.provider == (
        "classifier: CUDAExecutionProvider; segmenter: CUDAExecutionProvider, then CPUExecutionProvider"
    )


def test_libraries_that_are_missing_are_named_once(install, images, capsys):
    complaint = "Failed to load libcublasLt.so.13: cannot open shared object file"
    build = install(Build(CUDA, CPU, broken=(CUDA,), says=f"Loading\n{complaint}"))
    model = load()
    model.classify(images), model.segment(images)
    assert model.provider == CPU and build.preloaded == 1
    reason = f"CUDAExecutionProvider cannot be used: {complaint}"
    assert model.warnings == (("device", f"{reason}; RSQI goes on with CPUExecutionProvider"),)
    assert capsys.readouterr().out == ""  # standard output belongs to the worker's protocol
    with pytest.raises(ModelError, match=r"device cuda: CUDAExecutionProvider cannot .* choose device cpu"):
        load(device="cuda").classify(images)


def test_a_computer_without_the_gpu_gets_that_reason(install, images):
    install(Build(CUDA, CPU, raises="CUDA failure 100: no CUDA-capable device is detected"), gpu=None)
    model = load()
    assert model.batch == 4
    ((_, message),) = model.warnings
    assert message.startswith("CUDAExecutionProvider cannot be used: the NVIDIA driver finds no GPU;")


def test_a_full_gpu_is_no_reason_to_refuse(install, images):
    install(Build(CUDA, CPU, raises=NO_MEMORY))
    model = load(device="cuda")
    assert model.classify(images).shape == (5, 10) and model.provider == CPU
    assert NO_MEMORY in model.warnings[0][1]


def test_a_provider_that_takes_no_operator_does_not_count(install, images):
    install(Build(COREML, CPU, idle=(COREML,)))
    model = load()
    model.classify(images)
    assert model.provider == CPU and "knows none of the operators of classifier.onnx" in model.warnings[0][1]


def test_idle_threads_leave_the_processor_to_others(install, images):
    build = install(Build(CPU))
    load().classify(images)
    options = build.opened[0].options
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert options.intra_op_num_threads == onnx_runtime.threads()


def test_the_real_onnxruntime_says_who_has_the_operators():
    file = str(load(device="cpu").folder / onnx_runtime.CLASSIFIER)
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    session = onnxruntime.InferenceSession(file, options, providers=[CPU])
    assert onnx_runtime._takes_part(session, CPU) and not onnx_runtime._takes_part(session, CUDA)
    assert onnx_runtime._takes_part(object(), CUDA)  # older ones cannot say


def test_without_cuda_the_build_to_install_is_named(install):
    install(Build(CPU))
    with pytest.raises(ModelError, match=r"has no CUDA; install onnxruntime-gpu .* or choose device cpu"):
        load(device="cuda")


def test_without_directml_the_build_to_install_is_named(install):
    install(Build(CUDA, CPU))
    with pytest.raises(ModelError, match=r"has no DirectML; install onnxruntime-directml .* or choose device cpu"):
        load(device="directml")


def test_a_network_that_cannot_be_run_is_one_line(install, images):
    with pytest.raises(ModelError, match=r"^classifier: cannot be run on CPUExecutionProvider: .") as caught:
        load(device="cpu").classify(images[:, :, :, :2])
    assert "\n" not in str(caught.value)


def test_blocks_are_normalised_with_the_cards_mean_and_std(install, images):
    build = install(Build(CPU))
    fed = []
    model = load()
    model.classify(images[:1])
    session = build.opened[0].session
    session.run = lambda outputs, feed: fed.append(feed["image"]) or session.real.run(outputs, feed)
    model.classify(images[:4])
    expected = (images[:4] / 255 - model.card.mean) / model.card.std
    assert np.allclose(fed, expected.transpose(0, 3, 1, 2), atol=1e-5)
    assert fed[0].dtype == np.float32 and fed[0].flags.c_contiguous
