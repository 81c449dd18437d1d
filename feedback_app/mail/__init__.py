"""Emails and chat alerts: how they are written, sent, retried and reported as bounced."""
