"""Names of the units that act in the samples, from a matter and a place."""

from __future__ import annotations

from typing import Final

from samples.lines import Matter
from samples.places import Spot

CITY: Final = "济南市"
AS_IS: Final = ("12345热线管理机构", "被反映单位的上级机关", "国家金融监督管理总局济南监管局")


def unit_of(matter: Matter, spot: Spot) -> str:
    """The concrete unit that has the matter at the place."""
    lead = matter.lead
    if lead in AS_IS:
        return lead
    if lead == "供电公司":
        return "国网济南供电公司"
    if matter.level == "街道":
        name = spot.street.name
        return f"{name}办事处" if name.endswith("街道") else f"{name}人民政府"
    if lead.endswith("公司"):
        return f"济南{lead}"
    area = (spot.street.agency or spot.district) if matter.level == "区" else CITY
    return area + lead.replace("人民政府", "管委会" if area.endswith("管委会") else "人民政府")
