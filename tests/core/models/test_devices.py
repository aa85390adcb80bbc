"""Batches that shrink and devices that give way, with devices that fail as the real ones do."""

import threading

import numpy as np
import pytest

from rsqi_core.errors import ModelError
from rsqi_core.models.devices import BUDGET, MOST, Device, Runner, Unavailable, both, fitting, is_memory

ARENA = (
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv node. "
    "Name:'/stem/Conv' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* "
    "onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*, bool, "
    "onnxruntime::WaitNotificationFn) Failed to allocate memory for requested buffer of size 939524096"
)
LIMIT = (
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Concat node. Name:'c' "
    "Status Message: bfc_arena.cc:346 Available memory of 12582912 is smaller than requested bytes of 134217728"
)
CUDA = (
    "[ONNXRuntimeError] : 1 : FAIL : D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\cuda\\cuda_call.cc:121 "
    "onnxruntime::CudaCall CUDA failure 2: out of memory ; GPU=0 ; hostname=STATION-4 ; line=175 ; "
    "expr=cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);"
)
CUBLAS = "CudaCall CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);"
DIRECTML = (
    "Exception during initialization: D:\\a\\_work\\1\\s\\onnxruntime\\core\\providers\\dml\\"
    "DmlExecutionProvider\\src\\BucketizedBufferAllocator.cpp(122)\\onnxruntime_pybind11_state.pyd!00007FFA82D145C8: "
    "(caller: 00007FFA8336D326) Exception(1) tid(4790) 8007000E 内存资源不足，无法处理此命令。"
)
TORCH = "CUDA out of memory. Tried to allocate 1.17 GiB. GPU 0 has a total capacity of 3.81 GiB."
FAULT = "CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=STATION-4"
REMOVED = "Exception(2) tid(1cd8) 887A0005 The GPU device instance has been suspended."


def blocks(count):
    return np.arange(count * 12, dtype=np.uint8).reshape(count, 2, 2, 3)


def answer(images):
    return images.sum((1, 2, 3), np.float32)[:, None]


class Fake:
    """A device on which `room` blocks fit; more raise `text`."""

    def __init__(self, provider, batch, room=10**9, text=ARENA):
        self.provider, self.batch, self.room, self.text = provider, batch, room, text
        self.calls, self.opened, self.released = [], 0, 0

    def run(self, images):
        self.calls.append(len(images))
        if len(images) > self.room:
            raise RuntimeError(self.text)
        return (answer(images),)

    def release(self):
        self.released += 1

    def open(self):
        self.opened += 1
        return Device(self.provider, self.batch, self.run, self.release)


def runner(*devices):
    said = []
    openers = [device.open if isinstance(device, Fake) else device for device in devices]
    return Runner("segmenter", openers, lambda code, message: said.append((code, message))), said


def test_several_inputs_are_cut_alike_and_several_outputs_joined():
    device = Device("CPU", 2, lambda images, tones: (answer(images) + tones, tones * 2))
    run, _ = runner(lambda: device)
    tones = np.arange(5, dtype=np.float32)[:, None]
    first, second = run(blocks(5), tones)
    assert np.array_equal(first, answer(blocks(5)) + tones) and np.array_equal(second, 2 * tones)


def test_blocks_are_run_in_batches_and_come_back_in_order():
    cpu = Fake("CPU", 4)
    run, said = runner(cpu)
    assert run.batch == 4 and not run.used and run.provider == "CPU"
    assert np.array_equal(run(blocks(10))[0], answer(blocks(10)))
    assert cpu.calls == [4, 4, 2] and cpu.opened == 1 and said == [] and run.used
    assert run(blocks(0))[0].shape == (0, 1)


def test_a_batch_is_halved_until_it_fits_and_stays_so():
    gpu, cpu = Fake("GPU", 32, room=5), Fake("CPU", 4)
    run, said = runner(gpu, cpu)
    assert np.array_equal(run(blocks(20))[0], answer(blocks(20)))
    assert gpu.calls == [20, 10, 5, 5, 5, 5] and gpu.released == 2  # 32 were planned, 20 were there
    ((code, message),) = said
    assert code == "batch" and "32 blocks" in message and "with 5" in message and "\n" not in message
    run(blocks(6))
    assert gpu.calls[6:] == [5, 1] and len(said) == 1 and run.batch == 5
    assert run.provider == "GPU" and cpu.opened == 0


@pytest.mark.parametrize("text", [ARENA, LIMIT, CUDA, CUBLAS, DIRECTML, TORCH])
def test_when_not_one_block_fits_the_processor_takes_over(text):
    gpu, cpu = Fake("GPU", 4, room=0, text=text), Fake("CPU", 4)
    run, said = runner(gpu, cpu)
    assert np.array_equal(run(blocks(3))[0], answer(blocks(3)))
    assert gpu.calls == [3, 1] and cpu.calls == [3] and gpu.released == 2 and run.batch == 4
    ((code, message),) = said
    assert code == "device" and "GPU failed: out of memory with a single block" in message and "CPU" in message
    assert run.provider == "CPU"  # the GPU has computed nothing


@pytest.mark.parametrize("text", [FAULT, REMOVED])
def test_a_gpu_that_fails_in_the_middle_loses_nothing(text):
    gpu, cpu = Fake("GPU", 2, text=text), Fake("CPU", 4)
    run, said = runner(gpu, cpu)
    run(blocks(2))
    gpu.room = 0
    assert np.array_equal(run(blocks(5))[0], answer(blocks(5)))
    assert gpu.calls == [2, 2] and cpu.calls == [4, 1]  # no smaller batch is tried: it was not the memory
    assert said == [("device", f"segmenter: GPU failed: {text}; RSQI goes on with CPU")]
    assert run.provider == "GPU, then CPU"


def test_what_a_failed_device_held_is_let_go():
    class Weights:
        pass

    import weakref

    weights = Weights()
    alive = weakref.ref(weights)

    def run_on_gpu(images, weights=weights):
        tensor = weights
        raise RuntimeError(CUDA if tensor else "")

    device = Device("GPU", 1, run_on_gpu)
    pending = [device]
    run, _ = runner(pending.pop, Fake("CPU", 1))
    del weights, device, run_on_gpu
    run(blocks(1))
    assert run.provider == "CPU" and alive() is None


def test_a_device_that_cannot_be_opened_is_passed_over():
    def broken():
        raise Unavailable("GPU cannot be used: no driver")

    run, said = runner(broken, broken, Fake("CPU", 4))
    assert run.batch == 4
    assert said == [("device", "GPU cannot be used: no driver; RSQI goes on with CPU")] * 2
    with pytest.raises(ModelError, match="segmenter: GPU cannot be used: no driver"):
        runner(broken)[0](blocks(1))


def test_a_failure_to_open_can_be_repeated():
    def damaged():
        raise ModelError("the weights do not fit")

    def full():
        raise Unavailable("no memory")

    for opener, message in ((damaged, "do not fit"), (full, "no memory")):
        run, _ = runner(opener)
        for _ in range(2):
            with pytest.raises(ModelError, match=message):
                run(blocks(1))


def test_without_another_device_the_failure_is_one_line():
    run, _ = runner(Fake("CPU", 4, room=0, text="Got invalid dimensions\nfor input"))
    with pytest.raises(ModelError, match=r"^segmenter: cannot be run on CPU: Got invalid dimensions$"):
        run(blocks(1))
    run, _ = runner(Fake("CPU", 4, room=0))
    with pytest.raises(ModelError, match=r"^segmenter: .* out of memory with a single block; close other programs$"):
        run(blocks(4))


def test_an_error_of_ours_is_no_reason_to_change_the_device():
    def run_badly(images):
        raise ModelError("the weights do not fit")

    run, said = runner(lambda: Device("GPU", 4, run_badly), Fake("CPU", 4))
    with pytest.raises(ModelError, match="do not fit"):
        run(blocks(1))
    assert said == []


def test_two_threads_take_turns():
    inside, most = [0], [0]

    def run_slowly(images):
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        threading.Event().wait(0.01)
        inside[0] -= 1
        return (answer(images),)

    opened = []
    run, _ = runner(lambda: opened.append(1) or Device("CPU", 1, run_slowly))
    threads = [threading.Thread(target=run, args=(blocks(2),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] and opened == [1]


def test_the_provider_of_two_networks():
    classifier, segmenter = runner(Fake("GPU", 4))[0], runner(Fake("GPU", 1, room=0), Fake("CPU", 4))[0]
    classifier(blocks(1))
    assert both(classifier, segmenter) == "GPU"  # the segmenter had nothing to do
    segmenter(blocks(1))
    assert both(classifier, segmenter) == "classifier: GPU; segmenter: CPU"
    assert both(segmenter, segmenter) == "CPU"


def test_batches_fit_into_a_share_of_the_free_memory():
    block = 500 * 512**2
    assert fitting(80 * 2**30, block) == BUDGET // block == 12  # of a large GPU no more than of a medium one
    assert fitting(2 * 2**30, block) == 6
    assert fitting(200 * 2**20, block) == 1
    assert fitting(None, block) == 6
    assert fitting(80 * 2**30, 1000) == MOST
    assert fitting(0, block) == 1


def test_memory_errors_of_this_computer_are_known():
    import onnxruntime
    import torch
    from onnx import TensorProto, helper

    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**15)
    assert is_memory(caught.value)
    graph = helper.make_graph(
        [helper.make_node("ConstantOfShape", ["shape"], ["y"])],
        "g",
        [helper.make_tensor_value_info("shape", TensorProto.INT64, [1])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    with pytest.raises(Exception) as caught:
        session.run(None, {"shape": np.array([10**14])})
    assert is_memory(caught.value), str(caught.value)
    assert is_memory(MemoryError()) and not is_memory(RuntimeError(FAULT)) and not is_memory(RuntimeError(REMOVED))
