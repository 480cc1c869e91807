"""Two people at one form: what each saw, what they want, and what is there by now."""

import json
from collections.abc import Mapping
from enum import StrEnum

from wtforms import HiddenField


class Reason(StrEnum):
    """Why a verb says no."""

    CHANGED_MEANWHILE = (
        "그사이 다른 분이 같은 내용을 바꾸었습니다. "
        "이 화면을 새로 열어 지금 내용을 확인하고 다시 고쳐 주세요."
    )


class SeenField(HiddenField):
    """Carries what a form showed when it was opened, so that others' changes are told apart."""

    def keep(self, shown: Mapping[str, object]) -> None:
        """Remember what is shown."""
        self.data = json.dumps({name: str(value or "") for name, value in shown.items()})

    @property
    def shown(self) -> dict[str, str]:
        """What the writer saw; nothing where it did not come back whole."""
        try:
            kept = json.loads(self.data or "{}")
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in kept.items()} if isinstance(kept, dict) else {}


def overtaken(
    seen: Mapping[str, str], wanted: Mapping[str, str], current: Mapping[str, str]
) -> list[str]:
    """What the writer changed and somebody else has changed to something else since."""
    return [
        name
        for name in changed_by(seen, wanted, current)
        if current[name] not in (seen.get(name, current[name]), wanted[name])
    ]


def changed_by(
    seen: Mapping[str, str], wanted: Mapping[str, str], current: Mapping[str, str]
) -> list[str]:
    """What the writer changed, against what they saw; against what is there where that is lost."""
    return [
        name
        for name, text in wanted.items()
        if text != seen.get(name, current[name]) and text != current[name]
    ]
