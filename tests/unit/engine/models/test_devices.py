"""What the machine has."""

from pathlib import Path

from engine.models import devices


def test_a_containers_quota_counts_if_it_is_less(tmp_path: Path) -> None:
    quota = tmp_path / "cpu.max"
    cores = devices.available_cores(quota)
    assert cores >= 1
    quota.write_text("50000 100000\n")
    assert devices.available_cores(quota) == 1
    quota.write_text(f"{(cores + 7) * 100000} 100000\n")
    assert devices.available_cores(quota) == cores
    quota.write_text("max 100000\n")
    assert devices.available_cores(quota) == cores


def test_a_gpu_is_looked_for_only_where_a_driver_is(tmp_path: Path) -> None:
    assert not devices.may_have_gpu(tmp_path)
    (tmp_path / "nvidiactl").touch()
    assert not devices.may_have_gpu(tmp_path)
    (tmp_path / "nvidia0").touch()
    assert devices.may_have_gpu(tmp_path)
