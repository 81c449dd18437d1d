"""The file format in which published figures and notes cross from the survey to the site.

The app writes the files and the site reads them.
Imports nothing of ours.

part      the base class of everything in a file, and ResultsError
figures   the figures of one period
result    one file: its period, rules, definitions and figures
note      one file: a decision of the weekly meeting, for customers
folder    all files of a folder: reading, checking, adding, removing a note
"""

from published_results.figures import (
    Answers,
    Conduct,
    Figures,
    Participation,
    Portion,
    PublishedGroup,
    PublishedScores,
    PublishedShare,
    PublishedSpread,
    PublishedTimes,
    PublishedWording,
    WithheldReason,
)
from published_results.folder import Published, add, as_text, read_folder, remove
from published_results.note import LONGEST_NOTE, NOTE_FORMAT, PublishedNote
from published_results.part import Approval, Part, ResultsError, Words
from published_results.result import (
    FORMAT,
    Correction,
    Definition,
    PublishedPeriod,
    QuestionWording,
    Result,
    Rules,
    Target,
)
