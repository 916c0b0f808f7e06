from rest_framework.viewsets import ModelViewSet, ReadOnlyModelViewSet
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework import filters
from daangn.models import *
from daangn.serializers import *
from daangn.permissions import IsSellerOrReadOnly


class TownViewSet(ReadOnlyModelViewSet):
    queryset = Town.objects.all()
    serializer_class = TownSerializer
    lookup_field = 'slug'


class ItemViewSet(ModelViewSet):
    queryset = Item.objects.all().order_by('-created_at')
    serializer_class = ItemSerializer
    permission_classes = [IsAuthenticatedOrReadOnly, IsSellerOrReadOnly]
    lookup_field = 'slug'
    filter_backends = [filters.SearchFilter, filters.OrderingFilter]
    search_fields = ['title', 'description']
    ordering_fields = ['price', 'created_at']

    def perform_create(self, serializer):
        serializer.save(seller=self.request.user)

    @action(detail=False)
    def popular(self, request):
        items = Item.objects.popular()
        serializer = self.get_serializer(items, many=True)
        return Response(serializer.data)

    @action(methods=['POST'], detail=True, url_path='interest')
    def interest(self, request, slug=None):
        item = self.get_object()
        interest, created = Interest.objects.get_or_create(user=request.user, item=item)
        if created:
            return Response({'message': '관심 목록에 추가했습니다.'})
        interest.delete()
        return Response({'message': '관심 목록에서 삭제했습니다.'})
