"""Signing in, and what each person sets for their own account; the mechanics are those of django-allauth."""
