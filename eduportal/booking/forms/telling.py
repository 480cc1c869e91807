"""What staff write to the people of a run; shape only."""

from wtforms import RadioField, StringField, TextAreaField

from eduportal.booking.mailing import Audience
from eduportal.shared.forms import Form, at_most, chosen, labelled, options, required
from eduportal.shared.forms import lazy as _l


def _tidy(text: str | None) -> str:
    """Line ends as one sign, so that a length is the length that is sent."""
    return (text or "").replace("\r\n", "\n").strip()


class RosterMessageForm(Form):
    """To whom, and what. `seen` comes with the page: the run's newest message then."""

    audience = RadioField(_l("받을 사람"), [chosen()], choices=options(labelled(Audience)))
    body = TextAreaField(
        _l("보낼 글"), [required(_l("보낼 글을 적어 주세요.")), at_most(1000)], filters=[_tidy]
    )
    seen = StringField()

    @property
    def text(self) -> str:
        """What was typed."""
        return self.body.data or ""

    @property
    def newest_seen(self) -> int:
        """The newest message that the writer saw."""
        seen = str(self.seen.data or "")
        return int(seen) if seen.isdecimal() else 0
