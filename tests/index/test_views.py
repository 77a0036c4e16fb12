"""The views by which a passage is found."""

from __future__ import annotations

from dataclasses import replace

from index.views import View, views


def test_the_original_comes_under_its_context_and_renditions_follow(collection):
    _, passages = collection
    forum = replace(
        passages[-1],
        heading_path=("組織",),
        lead_in="如下：",
        renditions={"pt": "O secretariado está em Macau.", "en": "It is in Macao.", "zh-Hans": " "},
        contexts={"en": "Forum"},
    )
    found = views([passages[0], forum])
    assert found == [
        View(0, "zh-Hant", f"粵澳合作框架協議\n{passages[0].text}"),
        View(1, "zh-Hant", f"中國與葡語國家經貿合作論壇\n組織\n如下：\n{forum.text}"),
        View(1, "en", "Forum\nIt is in Macao."),
        View(1, "pt", "O secretariado está em Macau."),
    ]


def test_no_passages_have_no_views():
    assert views([]) == []
