"""Who may not apply for a while, and why (노쇼, R14); plain values, no database."""

from enum import StrEnum


class Cause(StrEnum):
    """What a restriction is for."""

    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"
    BY_HAND = "by_hand"

    @property
    def label(self) -> str:
        """As written in the register."""
        return {"no_show": "무단불참", "late_cancel": "늦은 취소", "by_hand": "담당자 지정"}[
            self.value
        ]
