"""CatalogueService: translate in, call, translate out."""

from chassis.rpc import Rpc, command, query
from chassis.work import Work
from eldercare.order.v1 import order_pb2, order_service_pb2, order_service_pb2_grpc
from order_service.access import is_city_operator
from order_service.catalogue.domain import CatalogueIsCitywide
from order_service.catalogue.store import list_items, save_item
from order_service.entrypoints.messages import item_message, item_of


class Catalogue(order_service_pb2_grpc.CatalogueServiceServicer):
    def __init__(self, rpc: Rpc) -> None:
        self.rpc = rpc

    @command
    def PutItem(self, work: Work, request: order_service_pb2.PutItemRequest) -> order_pb2.Item:
        if not is_city_operator(work.caller):
            raise CatalogueIsCitywide(item=request.item.name)
        item = item_of(request.item)
        save_item(work, item)
        return item_message(item)

    @query
    def ListItems(self, work: Work, request: order_service_pb2.ListItemsRequest) -> order_service_pb2.ListItemsResponse:
        return order_service_pb2.ListItemsResponse(items=[item_message(item) for item in list_items(work)])
