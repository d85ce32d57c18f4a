from hypothesis import settings

# How long an example takes says nothing about the core, only about what else the machine does.
settings.register_profile("dragoman", deadline=None)
settings.load_profile("dragoman")
