from rest_framework import viewsets, generics, filters
from rest_framework.permissions import IsAuthenticated
from rest_framework.pagination import PageNumberPagination
from .models import *
from .serializers import *


class StorePagination(PageNumberPagination):
    page_size = 20


class StoreViewSet(viewsets.ModelViewSet):
    queryset = Store.objects.all()
    serializer_class = StoreSerializer
    pagination_class = StorePagination
    filter_backends = [filters.SearchFilter]
    search_fields = ['name', 'menus__name']
    permission_classes = []


class MenuViewSet(viewsets.ModelViewSet):
    serializer_class = MenuSerializer
    permission_classes = []

    def get_queryset(self):
        return Menu.objects.filter(store_id=self.kwargs['store_pk'])

    def perform_create(self, serializer):
        serializer.save(store_id=self.kwargs['store_pk'])


class OrderViewSet(viewsets.ModelViewSet):
    serializer_class = OrderSerializer
    permission_classes = [IsAuthenticated]

    # 내 주문만
    def get_queryset(self):
        return Order.objects.filter(user=self.request.user).order_by('-created_at')

    def perform_create(self, serializer):
        serializer.save(user=self.request.user)
