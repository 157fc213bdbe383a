import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.charts.html import Markup, data_block, data_url, markup, page, tag

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"


class Tags(HTMLParser):
    """Collects the tags and the text of a page as a browser would see them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.said = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, name, attributes):
        self.tags.append((name, dict(attributes)))

    def handle_data(self, text):
        self.said.append(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_text_comes_out_as_it_went_in_and_makes_no_tags(text):
    seen = Tags(tag("p", text))
    assert [name for name, _ in seen.tags] == ["p"]
    assert "".join(seen.said) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_attributes_come_out_as_they_went_in(text):
    assert Tags(tag("p", title=text)).tags == [("p", {"title": text})]


def test_markup_joined_as_plain_text_is_escaped_again():
    assert "&lt;b&gt;" in tag("p", tag("b", "x") + "<")


def test_attributes_of_none_and_false_are_left_out_and_true_stands_alone():
    assert tag("p", id=None, hidden=False, inert=True) == "<p inert></p>"


def test_nested_content_is_flattened_and_none_skipped():
    assert markup("a", None, ["b", [tag("i", 1)]], 2.5) == "ab<i>1</i>2.5"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_data_block_cannot_be_left_and_holds_what_was_put_in(value):
    block = data_block("data", [value, HOSTILE])
    inner = block.removeprefix('<script type="application/json" id="data">').removesuffix(
        "</script>"
    )
    assert not set("<>&") & set(inner)
    assert json.loads(inner) == [value, HOSTILE]


def test_the_policy_allows_the_own_style_and_script_by_hash_and_nothing_else():
    html = page("t", style="p{color:red}", script="var x = 1;")
    policy = next(a["content"] for _, a in Tags(html).tags if "http-equiv" in a)
    for text in ("p{color:red}", "var x = 1;"):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


@pytest.mark.parametrize("part", ["style", "script"])
def test_a_style_or_script_that_could_end_its_element_is_refused(part):
    with pytest.raises(ValueError, match="</"):
        page("t", **{"style": "", part: "x</script>"})


def test_no_script_is_ever_a_module():
    assert not re.search("type=.module", page("t", style="", script="1;"))


def test_a_page_without_script_forbids_all_scripts():
    assert "script-src &#x27;none&#x27;" in page("t", style="")


def test_a_picture_is_carried_inside_the_page():
    assert data_url(b"\xff\xd8") == "data:image/jpeg;base64,/9g="


def test_a_title_is_escaped():
    assert "<img" not in page(HOSTILE, Markup(""), style="")
