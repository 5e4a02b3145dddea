"""Measure how many letters are recognised wrongly on synthetic scans in three scripts, and how long a page takes.

    python tests/bench/ocr.py [--pages 2]

Chromium draws pages in Arabic, French and English, each in two faces. They are then scanned in several ways: as they are, at few
dots for each inch, skewed with grain, and as a phone's JPEG. Each is recognised as `timeline archive --ocr` does, in its own
language and in all three. An error is a letter to be inserted, removed or replaced (Levenshtein), as a share of the page's letters;
white space counts once.
"""

import argparse
import html
import random
import shutil
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO

from PIL import Image, ImageFilter
from playwright.sync_api import Browser, sync_playwright
from rapidfuzz.distance import Levenshtein

from timeline.capture import pictures

SENTENCES = {
    "ara": (
        "اجتمعت اللجنة في مراكش يوم 24 نوفمبر 2025 وصوّت المندوبون بالإجماع على القرار رقم 2797 بعد أربعة أيام من النقاش.",
        "قال الرئيس إن اللجنة لن تقبل أي تأجيل، ورفعت الجلسة في الساعة السادسة مساء.",
        "وذكر الشهود أن الشرطة أغلقت البوابة الشمالية قبل وصول الموكب، وأن ثلاثة أشخاص أصيبوا بجروح طفيفة.",
        "نُشر التقرير الكامل في الجريدة الرسمية، العدد 7421، الصفحة 118.",
    ),
    "fra": (
        "Le comité s’est réuni à Marrakech le 24 novembre 2025, et les délégués ont voté à l’unanimité la résolution 2797.",
        "Le président a déclaré que la commission n’accepterait aucun report ; la séance fut levée à dix-huit heures.",
        "Selon les témoins, la police avait fermé la porte nord avant l’arrivée du cortège, et trois personnes furent blessées.",
        "Le rapport complet a paru au Journal officiel, numéro 7421, page 118, où l’œuvre est citée çà et là.",
    ),
    "eng": (
        "The council met in Marrakech on 24 November 2025, and the delegates voted unanimously for resolution 2797.",
        "The chairman said that the committee would accept no delay, and the sitting was closed at six in the evening.",
        "Witnesses said that the police had closed the north gate before the convoy came, and that three people were hurt.",
        "The full report was published in the Official Gazette, number 7421, page 118.",
    ),
}
FACES = {"serif": "'Noto Serif', 'Noto Naskh Arabic', serif", "sans": "'Noto Sans', 'Noto Sans Arabic', sans-serif"}
WIDTH, HEIGHT = 827, 1169  # A4 at 100 dots for each inch
SCALE = 3
ALL = "+".join(SENTENCES)


def drawn(browser: Browser, language: str, face: str, paragraphs: list[str]) -> Image.Image:
    """Draw a page at 300 dots for each inch."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
    direction = "rtl" if language == "ara" else "ltr"
    words = "".join(f"<p>{html.escape(one)}</p>" for one in paragraphs)
    page.set_content(
        f"<html dir={direction} lang={language[:2]}><style>body {{ margin: 90px; font: 17px/1.6 {face} }}</style>{words}"
    )
    image = Image.open(BytesIO(page.screenshot())).convert("L")
    page.close()
    return image


def coarse(image: Image.Image, dots: int = 150) -> Image.Image:
    """Scan at fewer dots for each inch."""
    return image.resize((image.width * dots // 300, image.height * dots // 300), Image.Resampling.LANCZOS)


def screen(image: Image.Image) -> Image.Image:
    """Take a picture of a screen at 100 dots for each inch."""
    return image.resize((image.width // SCALE, image.height // SCALE), Image.Resampling.LANCZOS)


def worn(image: Image.Image) -> Image.Image:
    """Scan skewed by a degree, with grain, and a little out of focus."""
    noise = Image.effect_noise(image.size, 60)
    turned = image.rotate(1, fillcolor=255, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1.2))
    return Image.blend(turned, noise, 0.2)


def phone(image: Image.Image) -> Image.Image:
    """Save as a JPEG of low quality, grey where paper is white."""
    saved = BytesIO()
    image.point(lambda one: 40 + one * 170 // 255).resize((image.width * 2 // SCALE, image.height * 2 // SCALE)).save(
        saved, "JPEG", quality=35
    )
    return Image.open(saved)


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "clean": lambda image: image,
    "200 dpi": partial(coarse, dots=200),
    "150 dpi": coarse,
    "screen": screen,
    "worn": worn,
    "phone": phone,
}


def measured(image: Image.Image, languages: str, words: str) -> tuple[float, float]:
    """Return the share of letters that are wrong, and the seconds that the page took."""
    saved = BytesIO()
    image.save(saved, "PNG")
    begun = time.perf_counter()
    read = " ".join(pictures.read(saved.getvalue(), "page", ocr=languages).text.split())
    return Levenshtein.distance(read, words) / len(words), time.perf_counter() - begun


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2, help="of each script and face")
    pages, chance = parser.parse_args().pages, random.Random(7)  # noqa: S311 - for a measurement
    print(f"{'script':8}{'scan':10}{'own language':>14}{'all three':>12}{'seconds':>10}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for language, sentences in SENTENCES.items():
            texts = [[" ".join(chance.sample(sentences, 3)) for _ in range(4)] for _ in range(pages)]
            images = [(drawn(browser, language, face, text), " ".join(text)) for face in FACES.values() for text in texts]
            for way, scan in WAYS.items():
                own = [measured(scan(image), language, text) for image, text in images]
                every = [measured(scan(image), ALL, text) for image, text in images]
                errors = [sum(error for error, _ in one) / len(one) for one in (own, every)]
                seconds = sum(taken for _, taken in own) / len(own)
                print(f"{language:8}{way:10}{errors[0]:>14.2%}{errors[1]:>12.2%}{seconds:>10.1f}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
