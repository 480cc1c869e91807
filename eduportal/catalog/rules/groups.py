"""Priority groups (우선 대상, R4): the list that many offices begin with, and what cannot be."""

from enum import StrEnum

# By code, which stays while the office's names for them may change.
START_SET = {
    "basic_livelihood": "기초생활수급자",
    "near_poor": "차상위계층",
    "disabled": "장애인",
    "veteran": "국가유공자",
    "single_parent": "한부모가족",
    "marriage_migrant": "결혼이민자",
    "north_korean_defector": "북한이탈주민",
}


class Reason(StrEnum):
    """Why a verb says no."""

    NAME_TAKEN = "이미 있는 이름입니다: ‘%(name)s’. 다른 이름을 써 주세요."
    CHANGED_MEANWHILE = "그사이 다른 관리자가 이름을 바꾸었습니다: ‘%(name)s’. 다시 확인해 주세요."
