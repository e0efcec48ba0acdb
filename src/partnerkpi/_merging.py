"""What every mergeable state asks before it merges: were both counted under the same terms?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from partnerkpi.errors import MergeError

if TYPE_CHECKING:
    from partnerkpi.policy import Policy

__all__ = ["require_same", "require_same_policy", "together"]


class _Mergeable(Protocol):
    def merge(self, other: Self, /) -> Self: ...


_MergeableT = TypeVar("_MergeableT", bound=_Mergeable)


def require_same(what: str, mine: object, theirs: object) -> None:
    """Refuse to mix results that were counted under different terms.

    Raises:
        MergeError: the terms differ; says both.
    """
    if mine != theirs:
        msg = f"results of different {what} do not mix: {mine} and {theirs}"
        raise MergeError(msg)


def require_same_policy(mine: Policy, theirs: Policy) -> None:
    """Refuse to mix results of different policies, by what they say.

    A rule of one's own need not know equality.

    Raises:
        MergeError: the policies differ; says both.
    """
    if mine.to_dict() != theirs.to_dict():
        require_same("policy", mine, theirs)


def together(mine: _MergeableT | None, theirs: _MergeableT | None) -> _MergeableT | None:
    """Both states together, where either may not be there."""
    if mine is None or theirs is None:
        return theirs if mine is None else mine

    return mine.merge(theirs)
