"""A page of networks, as an app of one's own has it: in the workbench they have none."""

from snnlab.workbench.pages import PAGES, Entry, explorer_page, page

PAGES["networks"] = Entry("Networks", lambda query: explorer_page("networks", "network", query))
page("networks").servable()
