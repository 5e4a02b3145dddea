"""The pages of the desk: forms over the calls that record. Each works without JavaScript."""

from timeline.desk.pages.adding import add_document_page
from timeline.desk.pages.desk import desk_page
from timeline.desk.pages.document import document_page
from timeline.desk.pages.drafts import bundle_file, draft_page, drafts_page
from timeline.desk.pages.form_view import check_answer
from timeline.desk.pages.happening import happening_page
from timeline.desk.pages.signing_in import sign_in_page

__all__ = [
    "add_document_page", "bundle_file", "check_answer", "desk_page", "document_page", "draft_page", "drafts_page",
    "happening_page", "sign_in_page",
]  # fmt: skip
