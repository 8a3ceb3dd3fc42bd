"""CIFAR-10 in either of two layouts, verified, as arrays: images uint8 (N, 32, 32, 3), labels int64 (N,).

    cifar-10-batches-py/ or cifar-10-python.tar.gz      torchvision's batches; each verified by its MD5 sum
    cifar10/{train,test}/<class>/*.png                  class folders (ImageFolder); each verified by a digest of its pixels

Both hold the same images, and give the same arrays: train and test are each put in the order of the images' own SHA-256 sums.
So results do not depend on the layout, and the first n images are a fair sample, which in the order of class folders they
would not be. File names, and the way in which PNG files are compressed, count for nothing.
"""

from __future__ import annotations

import hashlib
import tarfile
import zlib
from pathlib import Path

import numpy as np

from experiments.data.files import Arrays, Found, Reporter, corrupt, load_arrays, md5
from report.errors import DataError
from report import files as on_disk

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
BATCHES = Path("cifar-10-batches-py")
ARCHIVE = Path("cifar-10-python.tar.gz")
CLASS_FOLDERS = Path("cifar10")
TRAIN_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
}
TEST_MD5 = {"test_batch": "40351d587109b95175f43aff81a1287e"}
META_MD5 = {"batches.meta": "5ff9c542aee3614f3951f8cda6e48888"}  # not read here; torchvision wants it
CLASS_SHA256 = {  # of the pixels in a class folder (see set_digest)
    ("train", "airplane"): "4fe54f940da2f1fbe4a73f493f2f69980f30a94fac1ec333ed17f16e00a9c9c9",
    ("train", "automobile"): "7589a2f8a766ee6c0a5640e695197706489de59d9830cf4e69593c346f24fd83",
    ("train", "bird"): "c62123f94c6c9ce0c2f924102c62823e9dcdb6e302c38316f3e6bfc0393522c2",
    ("train", "cat"): "a3229a25d5b96b5b6480790daa09348a336ad2ae84d2f7f108234ccde1211b2c",
    ("train", "deer"): "5eb32caaf988d36718c317c19c9db765cbf5b00401860c02e9ae78e41dca03be",
    ("train", "dog"): "41341a7374d0b1e47a90f8fdd45d28ff13d1198cd53a0d3902115e4f7e3452ae",
    ("train", "frog"): "d3ee606b6856cd4e8d959260fbc3bd4926721314bd045f224e8f49f53eee6fc8",
    ("train", "horse"): "4fb311cda486bc98c6860622e98a545ca01f0c0e23418bd8af65057d2106ed7d",
    ("train", "ship"): "61ddda7a9bc72a7b1aa143070b11684bafd78a484c2770b670e18476e42d7491",
    ("train", "truck"): "6d963f78039d23b1352b4fa1cb20d59af3b1f88da3ed0f1fcfea559393eb8c7d",
    ("test", "airplane"): "b788739ac4bd0af03c8af941620148036609c2a971f0629e8d90c0b233263234",
    ("test", "automobile"): "06fc6fbbfb285a88082911877e1d972db8b2a2cfb69f742612306678c739c194",
    ("test", "bird"): "319f3756f65b7667995783b037091c4b26e1b83cfb6e27185d39a4c36995d709",
    ("test", "cat"): "029280342b374be20a753e9e211530b06a21831fa1b2ff2150e05cf0798a45b3",
    ("test", "deer"): "edcdd3a8d748ef84d254788440aaaa525c5476a82f2abcebdbf1e5fd9b82eb95",
    ("test", "dog"): "00c0a4a42a9dd165b9447abe7b084bdd34afca973deda96c35283d70d073fe26",
    ("test", "frog"): "743b20abfb3c5fce2567b8e664a71eae65364be2ba6d5192157168cce2e928e6",
    ("test", "horse"): "b5313686f56bd87c8ab9999ab362f3c5075140f55d9505b39d631f2580b8c51d",
    ("test", "ship"): "ab71d9c56ca703205b18999bcedc972306a59866ca4bd6eb1d0c13e394bb2542",
    ("test", "truck"): "eccfad1d4c9dc88342899bfb4bb63315f3011e262c8571fe2a51a7044b090cbf",
}
DIGEST = "81ecd25a07e0199b9c726593fe68f22d9104668acb58665be62bcd0609efd840"  # decoded.Record.digest of all of it

BY_HAND = f"Put {BATCHES}/, {ARCHIVE} or {CLASS_FOLDERS}/{{{{train,test}}}}/<class>/*.png into {{root}}, or connect."


def find(root: Path) -> Found | None:
    """The batches if all are there, else their archive, else the class folders."""
    batches = tuple(root / BATCHES / name for name in TRAIN_MD5 | TEST_MD5)
    if all(file.exists() for file in batches):
        return Found(f"torchvision's batches in {BATCHES}", batches, lambda report: _read_batches(batches))
    if (archive := root / ARCHIVE).exists():
        return Found(f"torchvision's batches in {ARCHIVE}", (archive,), lambda report: _read_archive(archive))
    folders = tuple(root / CLASS_FOLDERS / split / name for split in ("train", "test") for name in CLASSES)
    if any(folder.exists() for folder in folders):
        return Found(f"class folders in {CLASS_FOLDERS}", folders, lambda report: _read_class_folders(folders, report))
    return None


def place_folder(folder: Path, root: Path) -> None:
    """Put the batches that torchvision has downloaded into their place. What is there already stays, even if corrupt."""
    for name, expected in (TRAIN_MD5 | TEST_MD5 | META_MD5).items():
        content = (folder / name).read_bytes()
        if (actual := md5(content)) != expected:
            raise DataError(f"{name}: expected MD5 {expected}, got {actual}")
        if not (root / BATCHES / name).exists():
            on_disk.replace(root / BATCHES / name, content, durable=True)


def set_digest(images: np.ndarray) -> str:
    """A digest (SHA-256) of the images, whatever their order: of the sorted digests of each."""
    return hashlib.sha256(b"".join(sorted(_digests(images)))).hexdigest()


Part = tuple[np.ndarray, np.ndarray]  # images and labels


def _read_batches(files: tuple[Path, ...]) -> Arrays:
    return _parse_batches({file.name: (file, file.read_bytes()) for file in files})


def _read_archive(archive: Path) -> Arrays:
    content = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if stream := tar.extractfile(member):
                    content[Path(member.name).name] = (archive, stream.read())
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise corrupt(archive, f"it cannot be unpacked ({error})") from None
    if absent := (TRAIN_MD5 | TEST_MD5).keys() - content.keys():
        raise corrupt(archive, f"it lacks {', '.join(sorted(absent))}")
    return _parse_batches(content)


def _parse_batches(content: dict[str, tuple[Path, bytes]]) -> Arrays:
    """The arrays, from batch name → (the file that holds it, its bytes)."""
    for name, expected in (TRAIN_MD5 | TEST_MD5).items():
        file, batch = content[name]
        if (actual := md5(batch)) != expected:
            raise corrupt(file, f"{name} should have MD5 {expected}, has {actual}")
    parts = {name: _parse_batch(batch) for name, (_, batch) in content.items() if name in TRAIN_MD5 | TEST_MD5}
    return _four_arrays([parts[name] for name in TRAIN_MD5], [parts[name] for name in TEST_MD5])


def _parse_batch(content: bytes) -> Part:
    """A batch: a dict of ``data``, uint8 (N, 3072), channel by channel, row by row, and ``labels``, N integers."""
    batch = load_arrays(content)
    return batch["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), np.asarray(batch["labels"], np.int64)


def _read_class_folders(folders: tuple[Path, ...], report: Reporter) -> Arrays:
    parts: list[Part] = []
    for folder in folders:
        images = _decode_folder(folder)
        parts.append((images, np.full(len(images), CLASSES.index(folder.name), np.int64)))
        report(f"CIFAR-10: {sum(len(images) for images, _ in parts)} images decoded")
    return _four_arrays(parts[: len(CLASSES)], parts[len(CLASSES) :])


def _four_arrays(train: list[Part], test: list[Part]) -> Arrays:
    (train_images, train_labels), (test_images, test_labels) = _in_order(train), _in_order(test)
    return {
        "train_images": train_images,
        "train_labels": train_labels,
        "test_images": test_images,
        "test_labels": test_labels,
    }


def _in_order(parts: list[Part]) -> Part:
    """All parts in one, ordered by the digest of each image (and by label, should one image have two)."""
    images, labels = (np.concatenate(arrays) for arrays in zip(*parts))
    keys = list(zip(_digests(images), labels.tolist()))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return images[order], labels[order]


def _digests(images: np.ndarray) -> list[bytes]:
    return [hashlib.sha256(image.tobytes()).digest() for image in images]


def _decode_folder(folder: Path) -> np.ndarray:
    # A plain loop: threads are slower here (the images are so small that they wait for the interpreter's lock).
    files = sorted(folder.glob("*.png"))
    images = np.stack([_decode_png(file) for file in files]) if files else np.empty((0, 32, 32, 3), np.uint8)
    split, name = folder.parent.name, folder.name
    if (actual := set_digest(images)) != (expected := CLASS_SHA256[split, name]):
        what = f"{folder} does not hold CIFAR-10's images: {len(files)} files, expected digest {expected}, got {actual}"
        raise DataError(what, remedy=_complete(folder.parent.parent.parent))
    return images


def _decode_png(file: Path) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as image:
            pixels = np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, zlib.error) as error:
        raise corrupt(file, f"it cannot be decoded ({error})") from None
    if pixels.shape != (32, 32, 3):
        raise corrupt(file, f"its size is {pixels.shape[1]}×{pixels.shape[0]}, not 32×32")
    return pixels


def _complete(root: Path) -> str:
    return f"Put the whole set there, or delete '{root / CLASS_FOLDERS}', and run: python build.py data"
