"""How the tests are run: the same verdict on the same tree, however busy the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "partnerkpi",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# For the second and third run of the same tests: on the wheel, and on the oldest dependencies.
settings.register_profile("again", settings.get_profile("partnerkpi"), max_examples=20)
# For an evening's search of new examples: pytest --hypothesis-profile=explore
settings.register_profile(
    "explore", settings.get_profile("partnerkpi"), derandomize=False, max_examples=2000
)
settings.load_profile("partnerkpi")
