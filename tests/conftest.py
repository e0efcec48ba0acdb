"""How the tests are run: nothing is timed, so a busy machine fails no test."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "partnerkpi",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# For the second and third run of the same tests: on the wheel, and on the oldest dependencies.
settings.register_profile("again", settings.get_profile("partnerkpi"), max_examples=20)
settings.load_profile("partnerkpi")
